import 'reflect-metadata';
import { expect } from 'chai';
import { DecorationError, RetryOnTransient } from '#lib/index.js';

// oxlint-disable-next-line typescript/no-explicit-any -- what the compiler would call is called by hand
const retry = (): any => RetryOnTransient();

/** In both dialects: what decorators do is told by what they are called with. */
describe('A decorator that is called as the legacy dialect calls it', () => {
  class Ask {
    async ask(): Promise<string> {
      return 'yes';
    }

    static async all(): Promise<string> {
      return 'all';
    }

    word(): unknown {
      return 'at once';
    }

    set name(_name: string) {}
  }

  const descriptorOf = (owner: object, key: PropertyKey): PropertyDescriptor =>
    Object.getOwnPropertyDescriptor(owner, key) as PropertyDescriptor;

  const refusalOf = (...args: readonly unknown[]): string => {
    try {
      retry()(...args);
    } catch (error) {
      expect(error).to.be.instanceOf(DecorationError);
      return (error as DecorationError).problems.join('\n');
    }
    throw new Error('expected a refusal');
  };

  it('returns the descriptor with a wrapper in it, and everything else as it was', async () => {
    const given = { ...descriptorOf(Ask.prototype, 'ask'), writable: false };
    const made = retry()(Ask.prototype, 'ask', given) as PropertyDescriptor;
    expect(made).to.deep.equal({ ...given, value: made.value });
    expect(made.value).to.not.equal(given.value);
    expect(await (made.value as () => Promise<string>).call(new Ask())).to.equal('yes');
  });

  it('names the class of an instance method and of a static one', () => {
    const sync = descriptorOf(Ask.prototype, 'word');
    expect(refusalOf(Ask.prototype, 'word', sync)).to.equal(
      'Ask.word: @RetryOnTransient() stands on a synchronous method. Write: async word(…)',
    );
    expect(refusalOf(Ask, 'word', sync)).to.contain('Ask.word: ');
  });

  for (const [what, args, found, expected] of [
    [
      'an accessor that is only written',
      [Ask.prototype, 'name', descriptorOf(Ask.prototype, 'name')],
      'the accessor Ask.name',
      'a method',
    ],
    ['an accessor that is only read', [Ask.prototype, 'name', { get: () => 1 }], 'the accessor Ask.name', 'a method'],
    ['a parameter', [Ask.prototype, 'ask', 0], 'a parameter of Ask.ask', 'the method'],
    ['a field', [Ask.prototype, 'field'], 'the field Ask.field', 'a method'],
    ['a field that has a descriptor of nothing', [Ask.prototype, 'field', null], 'the field Ask.field', 'a method'],
    ['a field that has a value', [Ask.prototype, 'field', { value: 5 }], 'the field Ask.field', 'a method'],
  ] as const) {
    it(`is refused on ${what}`, () => {
      expect(refusalOf(...args)).to.equal(
        `@RetryOnTransient() stands on ${found}. Write it above ${expected} that is async or async *.`,
      );
    });
  }

  it('is refused without its parentheses', () => {
    const bare = RetryOnTransient as unknown as (...args: readonly unknown[]) => unknown;
    expect(() => bare(Ask.prototype, 'ask', descriptorOf(Ask.prototype, 'ask'))).to.throw(
      DecorationError,
      'Ask.ask: RetryOnTransient is written without its parentheses. Write: @RetryOnTransient()',
    );
  });

  it('names methods after their symbols, as the language does', () => {
    const ask = descriptorOf(Ask.prototype, 'ask');
    const nameOf = (key: PropertyKey): string =>
      (retry()(Ask.prototype, key, ask) as { value: { name: string } }).value.name;
    expect([nameOf('ask'), nameOf(Symbol('mark')), nameOf(Symbol(''))]).to.deep.equal(['ask', '[mark]', '[]']);
    expect(nameOf(Symbol())).to.equal('');
  });

  describe('and the type that is noted of what a method returns', () => {
    const noted = (type: unknown, key: string | symbol = 'typed'): (() => unknown) => {
      // What it returns cannot be told by looking.
      const value = (given: () => unknown): unknown => given();
      const target = { constructor: Ask };
      Reflect.defineMetadata('design:returntype', type, target, key);
      return () => retry()(target, key, { value, writable: true });
    };

    it('refuses one that is certainly no promise', () => {
      for (const type of [String, Number, Boolean, Symbol, BigInt, Array, Map, Set, Date]) {
        expect(noted(type), type.name).to.throw(
          DecorationError,
          'Ask.typed: @RetryOnTransient() stands on a synchronous',
        );
        expect(noted(type, Symbol('typed')), type.name).to.throw(DecorationError, 'stands on a synchronous');
      }
    });

    it('lets pass what may be one', () => {
      for (const type of [Promise, Object, undefined]) expect(noted(type)).not.to.throw();
    });

    it('lets pass a method that says it returns one, whatever its text looks like', () => {
      const target = { constructor: Ask };
      const { value } = descriptorOf(Ask.prototype, 'word');
      Reflect.defineMetadata('design:returntype', Promise, target, 'word');
      expect(() => retry()(target, 'word', { value })).not.to.throw();
    });
  });
});
