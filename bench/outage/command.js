import { setMaxListeners } from 'node:events';
import { EXIT, Interrupted, UsageError } from './errors.js';
import { optionsOf } from './options.js';

/**
 * Does what a command line says.
 *
 * @param {readonly string[]} args
 * @returns {Promise<number>} the code to end with; what went wrong has been told
 */
export async function run(args) {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new Interrupted());
  process.once('SIGINT', interrupt);
  // Every call that is under way listens to one signal, in cockatiel too: many of them are no leak.
  setMaxListeners(0);
  try {
    const options = optionsOf(args);
    // Loaded when the command line is good: a complaint about it needs neither the SDK nor fake timers.
    if (options) await (await import('./bench.js')).bench(options, controller.signal);
    return EXIT.good;
  } catch (error) {
    if (controller.signal.aborted) return EXIT.interrupted;
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`bench:outage: ${error.message}\n`);
    return EXIT.misused;
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}
