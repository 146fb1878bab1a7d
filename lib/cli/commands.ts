import { type Command, command, flag, whole } from './command-line/command.js';

const explain = command({
  name: 'explain',
  help: 'print the settings in effect and where each came from',
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
  options: { port: whole('port', 'the port of the page, 0 for a free one', { least: 0, most: 65_535, absent: 0 }) },
  async run({ words, options: { port }, signal }) {
    const { watch } = await import('./dashboard/watch.js');
    await watch(words, port, signal);
  },
});

/** The commands of the package. Each loads what it needs when it runs, so that the others need not have it. */
export const COMMANDS: readonly Command[] = [explain, observability, dashboard];
