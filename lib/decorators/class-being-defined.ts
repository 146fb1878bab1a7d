import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DEFINITION = /<static_initializer> \((.+):(\d+):\d+\)/;

/**
 * The name of the class whose definition is running. A standard decorator is not told, because its class does not exist
 * yet; but an error has to name it, and the place of the definition is on the stack. Undefined where it cannot be read.
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
