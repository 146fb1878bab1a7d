import { importPackage, loadPackage } from '../../core/load-package.js';
import { nodeModule } from '../../core/without-node.js';

type Winston = typeof import('winston');

/** An entry that winston formats. */
export type Line = { readonly level: string; readonly message: string };

/** Passes a line to winston. */
export type Engine = (line: Line) => void;

/** Called with each line and its formatted text. */
export type Output = (line: Line, text: string) => void;

/** The key under which winston stores the text of a line. */
const MESSAGE = Symbol.for('message');

/** The engine, if winston can be loaded synchronously. Undefined in bundles, which do not include winston. */
export function loadEngine(output: Output): Engine | undefined {
  const winston = loadPackage('winston') as Winston | undefined;
  try {
    return winston && engineOf(winston, output);
  } catch {
    return undefined;
  }
}

/** Like `loadEngine`, asynchronously. Rejects if winston is not installed. */
export async function importEngine(output: Output): Promise<Engine> {
  const { default: winston } = (await importPackage('winston')) as { readonly default: Winston };
  return engineOf(winston, output);
}

function engineOf({ createLogger, format, transports }: Winston, output: Output): Engine {
  const { Writable } = nodeModule('node:stream');
  const stream = new Writable({
    objectMode: true,
    write: (line: Line & { readonly [MESSAGE]?: unknown }, _encoding, callback) => {
      output(line, String(line[MESSAGE]));
      callback();
    },
  });
  // Every level is written: holdfast has already checked the level, before loading winston.
  const logger = createLogger({
    level: 'debug',
    format: format.json(),
    transports: [new transports.Stream({ stream })],
  });
  return (line) => logger.log(line);
}
