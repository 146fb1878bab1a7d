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
  /** As it was named. */
  readonly path: string;
  /** From the root, so that it stays the same file when the process moves to another directory. */
  readonly absolute: string;
  /** The value of RESILIENCE_CONFIG, if that named the file. */
  readonly variable?: string;
}

/** The file that was asked for, else the one that RESILIENCE_CONFIG names, else `resilience.json` if there is one. */
export function findFile(asked: string | undefined, env: Environment): SettingsFile | undefined {
  if (asked !== undefined) return fileAt(asked);
  const variable = variableOf(env);
  if (variable !== undefined) return { ...fileAt(variable), variable };
  return exists(DEFAULT_FILE) ? fileAt(DEFAULT_FILE) : undefined;
}

function fileAt(path: string): SettingsFile {
  return { path, absolute: resolve(path) };
}

/** No access to the folder is no file. */
function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The file to read again: a name means what it meant before, also if nothing is there any more. */
export function findFileAgain(before: SettingsFile | undefined, env: Environment): SettingsFile | undefined {
  return before && before.variable === variableOf(env) ? before : findFile(undefined, env);
}

/** Empty means unset. */
function variableOf({ RESILIENCE_CONFIG }: Environment): string | undefined {
  return RESILIENCE_CONFIG || undefined;
}

/** What the file says; undefined if it cannot be read. */
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

/** A key may have been given for the name of a file. */
function named({ path }: SettingsFile): string {
  return path.split('/').some(isKeyLike) ? show(path) : path;
}

class NotRegular extends Error {}

/** Opened without waiting, because a pipe would block the process until somebody writes to it. */
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

/** Why a file could not be read. The parser's message quotes the file, which may hold a key: only its place is told. */
function reason(error: unknown): string {
  if (error instanceof NotRegular) return 'it is not a regular file';
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ERR_ACCESS_DENIED') return 'there is no such file';
  if (code !== undefined) return `it cannot be read (${code})`;
  const place = /position \d+/.exec(message)?.[0];
  return `it is not JSON${place ? ` (${place})` : ''}`;
}
