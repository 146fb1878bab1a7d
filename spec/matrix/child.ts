// One process of `npm run matrix`: sees the cells that it is handed, one after the other, and reports each.
import { SDKS } from '../support/sdks.js';
import { cellsOf, PLACES, see } from './cells.js';
import { libraryIn } from './library.js';
import { GROUPS } from './rows/index.js';

/** Which cell is to be seen at which place, by their numbers. */
export interface Assignment {
  readonly cell: number;
  readonly place: number;
}

const cells = cellsOf(GROUPS);
let strays = 0;
process.on('unhandledRejection', () => {
  strays += 1;
});

process.on('message', (assignment: Assignment | 'done') => {
  if (assignment === 'done') process.exit();
  void work(assignment);
});
// Sockets and servers go with the process.
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => process.exit());

async function work({ cell: number, place: at }: Assignment): Promise<void> {
  const [cell, place] = [cells[number], PLACES[at]];
  const sdk = SDKS.find(({ version }) => version === place?.sdk);
  if (!cell || !place || !sdk) throw new RangeError(`no cell ${number} at place ${at}`);
  const seen = await see(cell, place, await libraryIn(place.dialect, place.module), sdk, true);
  const problems = strays > 0 ? [...seen.problems, `${strays} unhandled rejections`] : seen.problems;
  strays = 0;
  process.send?.({ cell: number, place: at, problems });
}

process.send?.('ready');
