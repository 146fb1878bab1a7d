import { Writable } from 'node:stream';
import { importPackage, loadPackage } from '../../core/load-package.js';

type Winston = typeof import('winston');

/** An entry on its way through winston. */
export type Line = { readonly level: string; readonly message: string };

/** Hands a line to winston. */
export type Engine = (line: Line) => void;

/** Called with each line as winston has formatted it. */
export type Output = (line: Line, text: string) => void;

/** Where winston leaves the text of a line. */
const MESSAGE = Symbol.for('message');

/** The engine if winston can be loaded at once. Undefined in bundles, which leave winston out. */
export function loadEngine(output: Output): Engine | undefined {
  const winston = loadPackage('winston') as Winston | undefined;
  try {
    return winston && engineOf(winston, output);
  } catch {
    return undefined;
  }
}

/** Rejects if winston is not there at all. */
export async function importEngine(output: Output): Promise<Engine> {
  const { default: winston } = (await importPackage('winston')) as { readonly default: Winston };
  return engineOf(winston, output);
}

function engineOf({ createLogger, format, transports }: Winston, output: Output): Engine {
  const stream = new Writable({
    objectMode: true,
    write: (line: Line & { readonly [MESSAGE]?: unknown }, _encoding, done) => {
      output(line, String(line[MESSAGE]));
      done();
    },
  });
  // Every level: holdfast has asked for the level before, so that winston is not loaded for a line that is not written.
  const logger = createLogger({
    level: 'debug',
    format: format.json(),
    transports: [new transports.Stream({ stream })],
  });
  return (line) => logger.log(line);
}
