import { expect } from 'chai';
import { DecorationError, RetryOnTransient } from '#lib/index.js';
import { classBeingDefined } from '#lib/decorators/class-being-defined.js';
import { targetOf } from '#lib/decorators/target.js';

describe('The place of a decorator', () => {
  const refusalOf = (...args: readonly unknown[]): string => {
    try {
      targetOf('Hedged', args as never);
    } catch (error) {
      expect(error).to.be.instanceOf(DecorationError);
      return (error as Error).message;
    }
    throw new Error('expected a refusal');
  };

  it('is a function, with a name or without', () => {
    async function ask(): Promise<void> {}
    expect(targetOf('Hedged', [ask])).to.deep.equal({ name: 'ask', own: 'ask', fn: ask, isMethod: false });
    const fn = (() => async (): Promise<void> => {})();
    expect(targetOf('Hedged', [fn])).to.deep.equal({ name: '(anonymous)', own: '', fn, isMethod: false });
  });

  it('is a function also where its text only begins like that of a class', () => {
    const { classes } = { async classes() {} };
    const { classify, class: named } = { classify() {}, class() {} };
    const making = async (): Promise<unknown> => class {};
    // oxlint-disable-next-line typescript/no-implied-eval -- a formatter would take the space away
    const { class: spaced } = new Function('return { class () {} }')() as { class: () => void };
    for (const fn of [classes, classify, named, spaced, making])
      expect(targetOf('Hedged', [fn])).to.include({ fn, isMethod: false });
  });

  it('is no value and no class', () => {
    const ending = 'is async or async *.';
    for (const given of [undefined, 'ask', { ask() {} }])
      expect(refusalOf(given)).to.contain(
        `@Hedged() stands on what it was given. Write it above a function or a method that ${ending}`,
      );
    expect(refusalOf(class Ask {})).to.contain(
      `@Hedged() stands on the class Ask. Write it above a method of it that ${ending}`,
    );
    expect(refusalOf(class {})).to.contain('stands on the class (anonymous).');
  });

  it('is no description of a method, as compilers wrote them in 2018', () => {
    const description = { kind: 'method', key: 'ask', placement: 'prototype', [Symbol.toStringTag]: 'Descriptor' };
    expect(refusalOf(description)).to.equal(
      '@Hedged() was compiled in a dialect of 2018. Set "experimentalDecorators": true in tsconfig.json.',
    );
  });

  it('is of the kinds of members a method alone', () => {
    const fn = async (): Promise<void> => {};
    for (const kind of ['getter', 'setter', 'field', 'accessor'])
      expect(refusalOf(fn, { kind, name: 'ask' })).to.contain(
        `@Hedged() stands on the ${kind} ask. Write it above a method that is async or async *.`,
      );
    expect(refusalOf(class Ask {}, { kind: 'class', name: 'Ask' })).to.contain('stands on the class Ask.');
    let message = '';
    class Outer {
      static {
        message = refusalOf(class Ask {}, { kind: 'class', name: 'Ask' });
      }
    }
    expect([Outer.name, message]).to.deep.equal([
      'Outer',
      '@Hedged() stands on the class Ask. Write it above a method of it that is async or async *.',
    ]);
    const target = targetOf('Hedged', [fn, { kind: 'method', name: Symbol('mark') }]);
    expect(target).to.include({ own: '[mark]', name: 'Symbol(mark)', fn, isMethod: true });
  });

  it('has no class outside of a definition', () => {
    expect(classBeingDefined()).to.equal(undefined);
  });

  it('is not the same for a function that is written without parentheses as for a method', () => {
    async function ask(): Promise<void> {}
    expect(() => (RetryOnTransient as unknown as (fn: unknown) => unknown)(ask)).to.throw(
      DecorationError,
      'ask: RetryOnTransient is written without its parentheses. Write: RetryOnTransient()(ask)',
    );
  });
});
