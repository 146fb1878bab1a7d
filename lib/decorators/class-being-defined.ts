import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DEFINITION = /<static_initializer> \((.+):(\d+):\d+\)/;

/**
 * The name of the class whose definition is running, for error messages. A standard decorator does not get it, because
 * its class does not exist yet. So it is read from the source file, at the line that the call stack shows. Undefined if
 * it cannot be read.
 */
export function classBeingDefined(): string | undefined {
  const [, file, line] = DEFINITION.exec(new Error().stack ?? '') ?? [];
  if (file === undefined) return undefined;
  try {
    const source = readFileSync(file.startsWith('file:') ? fileURLToPath(file) : file, 'utf8');
    const above = source.split('\n').slice(0, Number(line)).join('\n');
    return [...above.matchAll(/\bclass\b(?:\s+(?!extends\b)([\w$]+))?[^;{]*\{/g)].at(-1)?.[1];
  } catch {
    return undefined;
  }
}
