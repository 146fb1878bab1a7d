import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Problems } from './check.js';
import type { Environment } from './environment.js';
import type { SettingsOverrides } from './schema.js';
import { checkTree } from './tree.js';

const DEFAULT_FILE = 'resilience.json';

/** The file that settings are read from. */
export interface SettingsFile {
  /** As it was named. */
  readonly path: string;
  /** From the root, so that it stays the same file when the process moves to another directory. */
  readonly absolute: string;
  /** What RESILIENCE_CONFIG said, where that is what named it. */
  readonly variable?: string;
}

/** The file that was asked for, else the one that RESILIENCE_CONFIG names, else `resilience.json` if there is one. */
export function findFile(asked: string | undefined, env: Environment): SettingsFile | undefined {
  if (asked !== undefined) return { path: asked, absolute: resolve(asked) };
  const variable = variableOf(env);
  if (variable !== undefined) return { path: variable, absolute: resolve(variable), variable };
  return existsSync(DEFAULT_FILE) ? { path: DEFAULT_FILE, absolute: resolve(DEFAULT_FILE) } : undefined;
}

/** The file to read again: a name means what it meant before, also where nothing is there any more. */
export function findFileAgain(before: SettingsFile | undefined, env: Environment): SettingsFile | undefined {
  return before && before.variable === variableOf(env) ? before : findFile(undefined, env);
}

/** Empty, like no name at all, is how a deployment says that there is none. */
function variableOf({ RESILIENCE_CONFIG }: Environment): string | undefined {
  return RESILIENCE_CONFIG || undefined;
}

/** What the file says; undefined where that cannot be told. */
export function readFile(file: SettingsFile, problems: Problems): SettingsOverrides | undefined {
  const content = parse(file, problems);
  if (content === undefined) return undefined;
  const found: Problems = [];
  const tree = checkTree(content, 'json', found);
  problems.push(...found.map((problem) => `${problem} (in ${file.path})`));
  return tree;
}

function parse({ path, absolute, variable }: SettingsFile, problems: Problems): unknown {
  try {
    return JSON.parse(readFileSync(absolute, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const key = variable === undefined ? 'file' : 'RESILIENCE_CONFIG';
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
