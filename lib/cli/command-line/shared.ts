import { flag, text } from './command.js';

/** Options of every command. They may also come before the command's name. */
export const SHARED = {
  config: text('file', 'the settings file, instead of the one that RESILIENCE_CONFIG names'),
  version: flag('print the version', 'V'),
  help: flag('print this help', 'h'),
};
