// `npm run soak`: whether anything is left behind after a million calls. `-- --help` names its flags.
import { InvalidArgumentError } from 'commander';
import { table } from '../../dist/cli/terminal/table.js';
import { command, whole } from '../support/command.js';
import { Ledger } from './ledger.js';
import { soakSockets } from './sockets.js';
import { soakVirtually } from './virtual.js';

const FLAGS = [
  { flag: '--calls <count>', what: 'calls in virtual time', parse: whole(10_000, 100_000_000), fallback: 1_000_000 },
  { flag: '--seconds <count>', what: 'seconds of real sockets', parse: whole(1, 86_400), fallback: 60 },
  { flag: '--seed <number>', what: 'what chance draws', parse: whole(0, 2 ** 31 - 1), fallback: 7 },
  { flag: '--only <part>', what: 'virtual or sockets', parse: partName },
  { flag: '--quick', what: '20 000 calls and 3 seconds: to see that it runs' },
];

await command({ name: 'soak', what: 'Whether anything is left behind.', flags: FLAGS }, async (options, signal) => {
  const { calls, seconds, seed } = options.quick ? { ...options, calls: 20_000, seconds: 3 } : options;
  const ledger = new Ledger();
  const parts = [
    {
      name: 'virtual',
      what: `${calls} calls in virtual time`,
      soak: () => soakVirtually({ calls, seed }, ledger, signal),
    },
    {
      name: 'sockets',
      what: `${seconds} s of real sockets`,
      soak: () => soakSockets({ seconds, seed }, ledger, signal),
    },
  ];
  for (const { name, what, soak } of parts) {
    if (options.only !== undefined && options.only !== name) continue;
    console.log(`${what} …`);
    console.log(await soak());
  }
  console.log(
    table([{ head: 'what has to be nothing' }, { head: 'count', align: 'right' }, { head: 'holds' }], ledger.rows),
  );
  return ledger.isClean ? 0 : 1;
});

function partName(text) {
  if (text === 'virtual' || text === 'sockets') return text;
  throw new InvalidArgumentError('Expected virtual or sockets.');
}
