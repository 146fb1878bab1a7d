import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Problems } from './check.js';
import type { Environment } from './environment.js';
import type { SettingsOverrides } from './schema.js';
import { isKeyLike, show } from './show.js';
import { checkTree } from './tree.js';

const DEFAULT_FILE = 'resilience.json';

/** The file that settings are read from. */
export interface SettingsFile {
  /** The path as it was given. */
  readonly path: string;
  /** The absolute path, so that it stays the same file when the working directory changes. */
  readonly absolute: string;
  /** The value of RESILIENCE_CONFIG, if the path comes from there. */
  readonly variable?: string;
}

/**
 * The file to read: the one that was asked for, else that of RESILIENCE_CONFIG, else `resilience.json` if it exists.
 */
export function findFile(asked: string | undefined, env: Environment): SettingsFile | undefined {
  if (asked !== undefined) return fileAt(asked);
  const variable = variableOf(env);
  if (variable !== undefined) return { ...fileAt(variable), variable };
  return exists(DEFAULT_FILE) ? fileAt(DEFAULT_FILE) : undefined;
}

function fileAt(path: string): SettingsFile {
  return { path, absolute: resolve(path) };
}

/** False also if the folder cannot be read. */
function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The file for a reload: the same as before, even if it is gone, unless RESILIENCE_CONFIG has changed. */
export function findFileAgain(before: SettingsFile | undefined, env: Environment): SettingsFile | undefined {
  return before && before.variable === variableOf(env) ? before : findFile(undefined, env);
}

/** The value of RESILIENCE_CONFIG. An empty one counts as unset. */
function variableOf({ RESILIENCE_CONFIG }: Environment): string | undefined {
  return RESILIENCE_CONFIG || undefined;
}

/** The settings in the file; undefined if it cannot be read. */
export function readFile(file: SettingsFile, problems: Problems): SettingsOverrides | undefined {
  const content = parse(file, problems);
  if (content === undefined) return undefined;
  const found: Problems = [];
  const tree = checkTree(content, 'json', found);
  problems.push(...found.map(({ path, text }) => ({ path, text: `${text} (in ${named(file)})` })));
  return tree;
}

function parse(file: SettingsFile, problems: Problems): unknown {
  try {
    return JSON.parse(contentOf(file.absolute).replace(/^\uFEFF/, ''));
  } catch (error) {
    const key = file.variable === undefined ? 'file' : 'RESILIENCE_CONFIG';
    const path = JSON.stringify(named(file));
    problems.push({ path: [], text: `${key}: expected a JSON file, got ${path}: ${reason(error)}` });
    return undefined;
  }
}

/** The path, for messages. It is hidden if it looks like an API key: somebody may have set it by mistake. */
function named({ path }: SettingsFile): string {
  return path.split('/').some(isKeyLike) ? show(path) : path;
}

class NotRegular extends Error {}

/** Opens the file without blocking: a pipe would block the process until another process writes to it. */
function contentOf(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile() && !found.isDirectory()) throw new NotRegular();
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Why a file could not be read. The parser's message quotes the file, which may hold a key, so only the position is
 * used.
 */
function reason(error: unknown): string {
  if (error instanceof NotRegular) return 'it is not a regular file';
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ERR_ACCESS_DENIED') return 'there is no such file';
  if (code !== undefined) return `it cannot be read (${code})`;
  const place = /position \d+/.exec(message)?.[0];
  return `it is not JSON${place ? ` (${place})` : ''}`;
}
