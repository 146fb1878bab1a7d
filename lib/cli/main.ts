#!/usr/bin/env node
import { COMMANDS } from './commands.js';
import { run } from './run.js';
import { endQuietlyWithoutReader } from './terminal/output.js';

endQuietlyWithoutReader();
process.exitCode = await run(
  {
    call: 'holdfast',
    help: 'Decorator-based resilience for services on unreliable APIs: look up what is in effect.',
    commands: COMMANDS,
  },
  process.argv.slice(2),
);
