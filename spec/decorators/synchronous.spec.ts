import { expect } from 'chai';
import { isCompiledStream, isSynchronous } from '#lib/decorators/synchronous.js';
import type { AnyFunction } from '#lib/decorators/types.js';

describe('Whether a method is certainly synchronous', () => {
  /** A method as it is written, or as a compiler or a minifier may write it. */
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is what is looked at
  const method = (text: string): AnyFunction => (new Function(`return {${text}}`)() as { ask: AnyFunction }).ask;

  for (const text of [
    'ask() {}',
    'ask(){}',
    'ask() { this.x = 1; }',
    'ask() { return; }',
    'ask() { return }',
    'ask() { if (this.x) return; this.y(); }',
    'ask() { return 5; }',
    'ask() { return 0x1f }',
    'ask() { return 1.5 }',
    'ask() { return 10n; }',
    "ask() { return 'word'; }",
    "ask() { return ''; }",
    'ask() { return "word" }',
    'ask() { return ""; }',
    'ask() { return `word`; }',
    'ask(){return`word`}',
    'ask() { return "word" ; }',
    'ask() { return\n}',
    'ask() { if (this.x) return 1; return "two"; }',
    '*ask() { return yield 1; }',
    '*ask() { yield this.other(); return this.x; }',
  ]) {
    it(`is certain of ${JSON.stringify(text)}`, () => expect(isSynchronous(method(text), undefined)).to.equal(true));
  }

  for (const text of [
    'ask() { return this.other(); }',
    'ask() { return this.x; }',
    'ask() { returned(); return x }',
    'ask() { return "a" + b; }',
    'ask() { return 5 + b; }',
    "ask() { return 'a'.then(b); }",
    'ask() { return `${this.x}`; }',
    'ask() { return `a${this.x}`; }',
    "ask() { return 'it\\'s'; }",
    'ask() { return "an \\"a\\""; }',
    'ask() { return `\\``; }',
    'ask() { if (this.x) return 1; return this.other(); }',
    'ask() { throw new Error(); }',
    'ask: () => promise',
    'ask: () => {}',
    'ask: Promise.resolve.bind(Promise)',
    'async ask() { return 5; }',
    'async *ask() { return 5; }',
  ]) {
    it(`is not certain of ${JSON.stringify(text)}`, () =>
      expect(isSynchronous(method(text), undefined)).to.equal(false));
  }

  it('goes by the type that is noted where the text leaves it open', () => {
    const open = method('ask() { return this.other(); }');
    expect([isSynchronous(open, String), isSynchronous(open, Promise), isSynchronous(open, Object)]).to.deep.equal([
      ...[true, false, false],
    ]);
    expect(isSynchronous(method('ask() { return 5; }'), Promise)).to.equal(false);
  });

  for (const [compiler, text] of Object.entries({
    TypeScript: 'ask() { return __asyncGenerator(this, arguments, function* ask_1() { yield 1; }); }',
    'TypeScript with its helpers imported':
      'ask() { return tslib_1.__asyncGenerator(this, arguments, function* () {}); }',
    SWC: 'ask() { return _wrap_async_generator(function* () { yield 1; })(); }',
    Babel: 'ask() { return _wrapAsyncGenerator(function* () { yield 1; })(); }',
  })) {
    it(`knows an async * method that was compiled for an old target by ${compiler}`, () =>
      expect(isCompiledStream(method(text))).to.equal(true));
  }

  it('does not take any other method for one', () => {
    expect(isCompiledStream(method('ask() { return this.generator(); }'))).to.equal(false);
    expect(isCompiledStream(method('ask() { return asyncGenerator(); }'))).to.equal(false);
  });
});
