import { type Command, command, flag, type Option, text, whole } from './command-line/command.js';

const explain = command({
  name: 'explain',
  help: 'print the settings in effect and the source of each',
  arguments: [{ name: 'Class.method', help: 'a decorated method, to see its stack alone' }],
  options: { json: flag('print it as JSON') },
  async run({ words: [method], options: { json } }) {
    const { explain } = await import('./explain/explain.js');
    await explain(method, json);
  },
});

const observability = command({
  name: 'observability',
  help: 'write the Grafana dashboard and the alert rules for Prometheus into a folder',
  arguments: [{ name: 'dir', help: 'the folder; default: observability' }],
  options: { force: flag('replace files that differ') },
  async run({ words: [dir], options: { force } }) {
    const { writeFiles } = await import('./observability/observability.js');
    await writeFiles(dir ?? 'observability', force);
  },
});

const dashboard = command({
  name: 'dashboard',
  help: 'show one or several processes that serve their dashboard, in one page on this machine',
  arguments: [
    {
      name: 'url',
      help: 'the address of a dashboard with its token: http://host:port/#TOKEN',
      required: true,
      many: true,
    },
  ],
  options: {
    port: whole('port', 'the port of the page, 0 for a free one', { least: 0, most: 65_535, absent: 0 }),
  },
  async run({ words, options: { port }, signal }) {
    const { watch } = await import('./dashboard/watch.js');
    await watch(words, port, signal);
  },
});

/** The options of every fleet command: the address and name of the fleet. */
const fleet = {
  url: text('address', "the fleet's store, such as redis://localhost:6379; default: FLEET_URL"),
  name: text('name', 'the name of the fleet; default: FLEET_NAME, else "default"'),
};

const lastingOption: Option<`${number}h` | undefined> = {
  value: 'duration',
  help: 'how long, such as 2h; default: until reset',
  absent: undefined,
  expected: 'a duration with a unit, such as 2h',
  // A literal pattern, so that the help of the command loads no package.
  read: (given) => (/^\d+(\.\d+)?(ms|s|m|h|d)$/.test(given) ? (given as `${number}h`) : undefined),
};

const fleetStatus = command({
  name: 'fleet status',
  help: 'print the circuits of a fleet: state, members, votes and why',
  options: {
    ...fleet,
    json: flag('print them as JSON'),
    watch: flag('print them again after each change'),
  },
  async run({ options, signal }) {
    const { fleetStatus } = await import('./fleet/fleet.js');
    await fleetStatus(options, signal);
  },
});

const circuit = { name: 'circuit', help: 'the name of the circuit', required: true } as const;

const fleetIsolate = command({
  name: 'fleet isolate',
  help: 'reject every call of a circuit in every process of a fleet',
  arguments: [circuit],
  options: { ...fleet, reason: text('text', 'why; shown by fleet status'), for: lastingOption },
  async run({ words: [name = ''], options: { reason, for: duration, ...address } }) {
    const { fleetIsolate } = await import('./fleet/fleet.js');
    await fleetIsolate(name, { ...(reason !== undefined && { reason }), ...(duration && { for: duration }) }, address);
  },
});

const fleetReset = command({
  name: 'fleet reset',
  help: 'close a circuit in every process of a fleet',
  arguments: [circuit],
  options: fleet,
  async run({ words: [name = ''], options }) {
    const { fleetReset } = await import('./fleet/fleet.js');
    await fleetReset(name, options);
  },
});

const init = command({
  name: 'init',
  help: 'write resilience.json, with its schema for your editor',
  options: {},
  async run() {
    const { init } = await import('./init/init.js');
    init();
  },
});

/** The commands of the package. Each loads its modules when it runs, so that it does not slow the others. */
export const COMMANDS: readonly Command[] = [
  ...[init, explain, observability, dashboard],
  ...[fleetStatus, fleetIsolate, fleetReset],
];
