// What an outage of an upstream does to several clients, side by side: `npm run bench:outage`.
import { run } from './outage/command.js';

const code = await run(process.argv.slice(2));
// Calls that were interrupted may still hold timers or sockets of their own.
if (code === 130) process.exit(code);
process.exitCode = code;
