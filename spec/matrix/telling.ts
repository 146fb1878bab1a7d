import { Writable } from 'node:stream';
import winston from 'winston';
import { wordsOf } from './canaries.js';
import type { Library, ResilienceEvent } from './library.js';

/** All that the library tells while it is listened to. */
export interface Telling {
  readonly events: readonly ResilienceEvent[];
  /** Every word of it. */
  words(): string;
  stop(): void;
}

/** Listens to the events and, unless the library's own log is to speak, to a logger that writes at every level, twice. */
export function listen({ holdfast }: Library, { ownLog }: { readonly ownLog: boolean }): Telling {
  const events: ResilienceEvent[] = [];
  let lines = '';
  const sink = (): winston.transport =>
    new winston.transports.Stream({
      stream: new Writable({ write: (chunk, _encoding, done) => ((lines += String(chunk)), done()) }),
    });
  const { combine, json, simple, timestamp, errors } = winston.format;
  const everything = errors({ stack: true, cause: true });
  const loggers = [json(), simple()].map((format) =>
    winston.createLogger({ level: 'silly', format: combine(everything, timestamp(), format), transports: [sink()] }),
  );
  const undo = [
    holdfast.onEvent((event) => events.push(event)),
    ...(ownLog
      ? [holdfast.configure({ settings: { log: { level: 'debug' } } })]
      : [holdfast.configure({ logger: { log: (entry) => loggers.forEach((logger) => logger.log(entry)) } })]),
  ];
  return {
    events,
    words: () => `${lines}\n${wordsOf(events)}\n${JSON.stringify(events)}`,
    stop() {
      for (const end of undo) end();
      for (const logger of loggers) logger.close();
    },
  };
}
