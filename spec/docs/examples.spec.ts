import { expect } from 'chai';
import { pages } from './support/pages.js';
import { type Ended, inTurn } from './support/processes.js';
import { compileAll, DIALECTS, isFor, programsOf, promisedOutput, runProgram } from './support/programs.js';

const programs = pages().flatMap(({ blocks }) => programsOf(blocks));

describe('the examples of the documentation', () => {
  for (const dialect of DIALECTS) {
    describe(`in the ${dialect} dialect`, () => {
      const ours = programs.filter((program) => isFor(program, dialect));
      const ended = new Map<string, Ended>();
      let said: string;

      before(async function () {
        this.timeout(120_000);
        said = await compileAll(ours, dialect);
        const runnable = said === '' ? ours.filter(({ isRun }) => isRun) : [];
        await inTurn(runnable, async (program) => void ended.set(program.place, await runProgram(program, dialect)));
      });

      it('compile with the tsconfig of README.md', () => {
        expect(said).to.equal('');
        expect(ours).to.have.lengthOf.above(30);
      });

      for (const program of ours.filter(({ isRun }) => isRun)) {
        const promised = promisedOutput(program);
        it(`${program.place} ends well${promised === undefined ? '' : ' and prints what it says'}`, () => {
          const { code, stdout, stderr } = ended.get(program.place) ?? {};
          expect(code, stderr).to.equal(0);
          if (promised !== undefined) expect(stdout).to.equal(promised);
        });
      }
    });
  }
});
