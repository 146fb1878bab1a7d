import { Logger as NestLogger } from '@nestjs/common';
import type { LogEntry, Logger } from '../index.js';

/** Writes holdfast's entries with Nest's logger, under the context `holdfast`. */
export function nestLogger(): Logger {
  const nest = new NestLogger('holdfast');
  return {
    log: ({ level, message, ...fields }: LogEntry) => {
      const text = Object.keys(fields).length === 0 ? message : `${message} ${JSON.stringify(fields)}`;
      if (level === 'error') nest.error(text);
      else if (level === 'warn') nest.warn(text);
      else if (level === 'info') nest.log(text);
      else nest.debug(text);
    },
  };
}
