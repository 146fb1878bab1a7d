import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Problems } from './check.js';
import type { Environment } from './environment.js';
import type { SettingsOverrides } from './schema.js';
import { checkTree } from './tree.js';

const DEFAULT_FILE = 'resilience.json';

export interface SettingsFile {
  /** As it was named. Undefined where there is none. */
  readonly path: string | undefined;
  readonly tree: SettingsOverrides;
}

/** Reads the file that was asked for, else the one that RESILIENCE_CONFIG names, else `resilience.json` if there is one. */
export function readFile(asked: string | undefined, env: Environment, problems: Problems): SettingsFile {
  // Empty, like no name at all, is how a deployment says that there is none.
  const named = asked ?? (env.RESILIENCE_CONFIG || undefined);
  const path = named ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  if (path === undefined) return { path, tree: {} };
  const found: Problems = [];
  const content = parse(path, asked === undefined && named !== undefined ? 'RESILIENCE_CONFIG' : 'file', found);
  const tree = content === undefined ? {} : checkTree(content, 'json', found);
  problems.push(...found.map((problem) => (content === undefined ? problem : `${problem} (in ${path})`)));
  return { path, tree };
}

function parse(path: string, key: string, problems: Problems): unknown {
  try {
    return JSON.parse(readFileSync(resolve(path), 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    problems.push(`${key}: expected a JSON file, got ${JSON.stringify(path)}: ${reason(error)}`);
    return undefined;
  }
}

/** Why a file could not be read. The parser's message quotes the file, which may hold a key: only its place is told. */
function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code !== undefined) return `it cannot be read (${code})`;
  const place = /line \d+ column \d+|position \d+/.exec(message)?.[0];
  return `it is not JSON${place ? ` (${place})` : ''}`;
}
