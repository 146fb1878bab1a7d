import { COMMANDS } from '#lib/cli/commands.js';
import { run } from '#lib/cli/run.js';
import { endQuietlyWithoutReader } from '#lib/cli/terminal/output.js';
import { DRILL_COMMANDS, drill } from './commands.js';

endQuietlyWithoutReader();
process.exitCode = await run(
  {
    call: 'npm start --',
    help: 'Decorator-based resilience for services on unreliable APIs: see it at work, ask it, look it up.',
    commands: [...DRILL_COMMANDS, ...COMMANDS],
    fallback: drill,
  },
  process.argv.slice(2),
);
