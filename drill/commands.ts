import { type Command, command, flag, text, whole } from '#lib/cli/command-line/command.js';

/** With fewer seconds, the outage would end before the callers' patience does, and nothing would be seen of it. */
const SECONDS = { least: 20, most: 120, absent: 24 };

const SEED = { least: 0, most: 2 ** 31 - 1, absent: 7 };

/** `drill`: what `npm start` runs. */
export const drill = command({
  name: 'drill',
  help: 'the default: let an embedded server fail on purpose, and ask it with holdfast and without',
  options: {
    seconds: whole('count', 'how long all phases take together', SECONDS),
    seed: whole('number', 'which questions, moments and faults are drawn', SEED),
    dashboard: flag('serve the live view meanwhile, and print its address'),
  },
  async run({ options, signal }) {
    const { drill } = await import('./outage/drill.js');
    await drill(options, signal);
  },
});

const ask = command({
  name: 'ask',
  help: "answer a question from files: with an API key from OpenAI's API, else from an embedded server",
  arguments: [
    { name: 'question', help: 'the question', required: true },
    { name: 'files', help: "text or Markdown files with the answer; default: holdfast's own docs", many: true },
  ],
  options: {},
  async run({ words: [question = '', ...files], signal }) {
    const { ask } = await import('./ask/ask.js');
    await ask(question, files, signal);
  },
});

const fleet = command({
  name: 'fleet',
  help: 'let eight processes act as one circuit, and each alone beside it: outage, killed probe, hung store, bad process, shared limit',
  options: { url: text('address', 'a store of yours, such as redis://localhost:6379; default: one in this process') },
  async run({ options: { url }, signal }) {
    const { fleetDrill } = await import('./fleet/fleet.js');
    await fleetDrill(url, signal);
  },
});

/** The commands that run in a clone of the repository only. Each loads what it needs when it runs. */
export const DRILL_COMMANDS: readonly Command[] = [drill, ask, fleet];
