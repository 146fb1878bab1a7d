import { relative } from 'node:path';
import Mocha from 'mocha';

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;
const { color } = Mocha.reporters.Base;

/** One line for each folder of specs, every failure in full, and `N passed, N failed` as the last line of all. */
export default class FolderReporter extends Mocha.reporters.Base {
  #folder = '';
  #passed = 0;
  #failed = 0;
  #skipped = 0;
  #since = Date.now();

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on(EVENT_TEST_PASS, (test) => {
      this.#enter(test);
      this.#passed += 1;
    });
    runner.on(EVENT_TEST_FAIL, (test) => {
      this.#enter(test);
      this.#failed += 1;
    });
    runner.on(EVENT_TEST_PENDING, (test) => {
      this.#enter(test);
      this.#skipped += 1;
    });
    // The runner counts the run's end too, and has to be done first.
    runner.once(EVENT_RUN_END, () => {
      this.#leave();
      if (this.failures.length > 0) Mocha.reporters.Base.list(this.failures);
      console.log(`\n${this.stats.passes} passed, ${this.stats.failures} failed`);
    });
  }

  /** Specs come in the order of their files, so that a folder is done when another begins. */
  #enter(test: Mocha.Runnable): void {
    const folder = folderOf(test);
    if (folder === this.#folder) return;
    this.#leave();
    this.#folder = folder;
  }

  #leave(): void {
    if (this.#folder !== '') {
      const mark = this.#failed > 0 ? color('fail', '✖') : color('checkmark', '✔');
      const told = [`${this.#passed} passed`];
      if (this.#failed > 0) told.push(color('fail', `${this.#failed} failed`));
      if (this.#skipped > 0) told.push(color('pending', `${this.#skipped} skipped`));
      const seconds = ((Date.now() - this.#since) / 1000).toFixed(1);
      console.log(`  ${mark} ${this.#folder}: ${told.join(', ')} ${color('light', `(${seconds} s)`)}`);
    }
    this.#passed = this.#failed = this.#skipped = 0;
    this.#since = Date.now();
  }
}

/** `decorators (legacy)`: the folder under spec/, and the dialect that it was compiled in. A hook has its suite's file. */
function folderOf(test: Mocha.Runnable): string {
  const [dialect, ...path] = relative('build', test.file ?? test.parent?.file ?? '').split('/');
  return `${path.length > 1 ? path[0] : 'specs'} (${dialect})`;
}
