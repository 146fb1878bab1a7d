// One process of `npm run clients`: meets the faults that it is handed with one set-up of a client, and reports what was
// thrown. Started by main.js, which ends it if a client never answers.
import { FAMILIES } from './families/index.js';
import { meet } from './support/meet.js';

const [familyName, setupName, certificates] = process.argv.slice(2);
const family = FAMILIES.find(({ name }) => name === familyName);
const setup = family.setups.find(({ name }) => name === setupName);
// A client that leaves a rejection to nobody has still thrown what was recorded.
let strays = 0;
process.on('unhandledRejection', () => (strays += 1));
process.on('uncaughtException', () => (strays += 1));
// Its own warnings and logs are no part of the record.
for (const method of ['log', 'info', 'warn', 'error', 'debug']) console[method] = () => undefined;

process.on('message', (id) => {
  if (id === 'done') process.exit();
  void measure(id);
});

async function measure(id) {
  // What fails before the client was called is no failure of the client.
  const cell = await meet(family, setup, id, certificates).catch((error) => ({
    broken: String(error?.stack ?? error),
  }));
  process.send({ id, cell: { ...cell, ...(strays > 0 && { strays }) } });
  strays = 0;
}

process.on('disconnect', () => process.exit());
process.send({ ready: true });
