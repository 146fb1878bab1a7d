// Loaded before the drill: tells the parent what the drill has used and completed since it was asked to begin. The drill imports
// `holdfast`, which is this file in its package.
import { inspect } from '../../dist/esm/index.js';

let begun;

process.on('message', () => {
  begun = { at: performance.now(), cpu: process.cpuUsage(), calls: completed() };
});
// Otherwise the drill would wait for further messages.
process.channel?.unref();

process.once('beforeExit', () => {
  const { user, system } = process.cpuUsage(begun.cpu);
  const calls = completed() - begun.calls;
  process.send?.({ perSecond: calls / ((performance.now() - begun.at) / 1000), cpuMs: (user + system) / 1000 / calls });
});

function completed() {
  return inspect().methods.reduce((total, { calls }) => calls.reduce((sum, { count }) => sum + count, total), 0);
}
