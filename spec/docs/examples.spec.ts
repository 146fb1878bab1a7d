import { expect } from 'chai';
import { pages } from './support/pages.js';
import { type Ended, inTurn } from './support/processes.js';
import {
  compileAll,
  DIALECTS,
  hasDecorator,
  isFor,
  programsOf,
  promisedOutput,
  runnable,
  runProgram,
} from './support/programs.js';

const programs = pages().flatMap(({ blocks }) => programsOf(blocks));

describe('the examples of the documentation', () => {
  for (const dialect of DIALECTS) {
    describe(`in the ${dialect} dialect`, () => {
      const ours = programs.filter((program) => isFor(program, dialect));
      const run = runnable(ours).filter((program) => dialect === 'standard' || hasDecorator(program));
      const ended = new Map<string, Ended>();
      let said: string;

      before(async function () {
        this.timeout(120_000);
        said = await compileAll(ours, dialect);
        await inTurn(run, async (program) => {
          ended.set(program.place, await runProgram(program, dialect));
        });
      });

      it('compile with the tsconfig of README.md', () => {
        expect(said).to.equal('');
        expect(ours).to.have.lengthOf.above(50);
      });

      for (const program of run) {
        const promised = promisedOutput(program);
        it(`${program.place} ends well${promised === undefined ? '' : ' and prints what it says'}`, () => {
          const { code, stdout, stderr } = ended.get(program.place) ?? {};
          expect(code, `${stdout}${stderr}`).to.equal(0);
          if (promised !== undefined) expect(stdout).to.equal(promised);
        });
      }
    });
  }

  it('print something on every page, save for those that only point to others, and what a command has measured', () => {
    const silent = pages().filter(({ blocks }) => !runnable(programsOf(blocks)).some(promisedOutput));
    expect(silent.map(({ path }) => path)).to.have.members([
      'CHANGELOG.md',
      'docs/README.md',
      'docs/clients.md',
      'docs/correctness.md',
      'docs/fault-matrix.md',
      'docs/mutants.md',
      'docs/setups.md',
      'examples/README.md',
    ]);
  });
});
