import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { schema } from '../../settings/schema.js';
import { CommandFailure, UsageError } from '../errors.js';
import { say } from '../terminal/output.js';
import { dependenciesOf, entriesFor, schemaPath } from './found.js';

const FILE = 'resilience.json';

/**
 * Writes a settings file with `$schema`, so that editors complete and check it, and with the most common options at
 * their defaults. Asks no questions and overwrites no file.
 */
export function init(): void {
  const file = process.env.RESILIENCE_CONFIG || FILE;
  const folder = dirname(resolve(file));
  const { path, isInstalled } = schemaPath(folder);
  const dependencies = dependenciesOf(folder);
  write(file, `${JSON.stringify(contentFor(path, dependencies), null, 2)}\n`, path);
  say(`Wrote ${file}. Every option and its default: npx holdfast explain`);
  if (!isInstalled) say('holdfast is not installed in this project yet: npm install holdfast');
  for (const { framework, entry } of entriesFor(dependencies)) say(`Found ${framework}: see ${entry}.`);
}

function contentFor($schema: string, dependencies: ReadonlySet<string>): object {
  const { retry, circuit, openai } = schema;
  return {
    $schema,
    retry: {
      maxAttempts: retry.maxAttempts.default,
      minWait: retry.minWait.default,
      maxWait: retry.maxWait.default,
    },
    circuit: {
      failureThreshold: circuit.failureThreshold.default,
      recoveryTimeout: circuit.recoveryTimeout.default,
    },
    ...(dependencies.has('openai') && { openai: { chatModel: openai.chatModel.default } }),
  };
}

/** @throws {UsageError} if the file already exists, or its folder does not exist */
function write(file: string, content: string, path: string): void {
  try {
    writeFileSync(file, content, { flag: 'wx' });
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new UsageError(`${file} already exists and was not changed. For its schema, add: "$schema": "${path}"`);
    if (code === 'ENOENT') throw new UsageError(`${file}: expected a folder that exists. Make it first.`);
    throw new CommandFailure(`${file} cannot be written (${code}).`);
  }
}
