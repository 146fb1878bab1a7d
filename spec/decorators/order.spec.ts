import { expect } from 'chai';
import { DecorationError } from '#lib/index.js';
import type { PolicyName } from '#lib/decorators/decoration.js';
import { refuseWrongOrder } from '#lib/decorators/order.js';

describe('The order of decorators', () => {
  const check = (...stack: PolicyName[]): void =>
    refuseWrongOrder(stack, { name: 'Ask.ask', own: 'ask', isMethod: true, fn: async () => undefined });

  const refusalOf = (...stack: PolicyName[]): string[] => {
    try {
      check(...stack);
    } catch (error) {
      expect(error).to.be.instanceOf(DecorationError);
      const { problems } = error as DecorationError;
      expect(problems).to.have.lengthOf(1);
      return (problems[0] as string).split('\n');
    }
    throw new Error('expected a refusal');
  };

  it('lets stand what is in order, a time limit at either end, at both, and right below the circuit', () => {
    check();
    check('TimeLimited');
    check('Hedged');
    check('CircuitProtected', 'RetryOnTransient');
    check('TimeLimited', 'CircuitProtected', 'ConcurrencyLimited');
    check('RetryOnTransient', 'TimeLimited');
    check('TimeLimited', 'RetryOnTransient', 'TimeLimited');
    check('CircuitProtected', 'TimeLimited');
    check('CircuitProtected', 'TimeLimited', 'RetryOnTransient');
    check('TimeLimited', 'CircuitProtected', 'TimeLimited', 'Hedged', 'TimeLimited');
    check(
      'TimeLimited',
      'CircuitProtected',
      'TimeLimited',
      'RetryOnTransient',
      'RespectRateLimit',
      'Hedged',
      'ConcurrencyLimited',
      'TimeLimited',
    );
  });

  it('lets none stand twice, but a time limit', () => {
    for (const policy of [
      'CircuitProtected',
      'RetryOnTransient',
      'RespectRateLimit',
      'Hedged',
      'ConcurrencyLimited',
    ] as const)
      expect(refusalOf(policy, policy)).to.deep.equal([`Ask.ask: @${policy}() stands twice. Write it once.`]);
    expect(refusalOf('RetryOnTransient', 'Hedged', 'RetryOnTransient')[0]).to.contain('stands twice');
    expect(refusalOf('TimeLimited', 'TimeLimited', 'Hedged')[0]).to.contain('@TimeLimited() stands twice');
  });

  it('lets a rate limit stand several times, one below the other', () => {
    check('Hedged', 'RateLimited', 'RateLimited', 'ConcurrencyLimited');
    expect(refusalOf('RateLimited', 'RateLimited', 'Hedged').slice(1)).to.deep.equal([
      ...['  @Hedged()', '  @RateLimited()', '  @RateLimited()', '  async ask(…)'],
    ]);
    expect(refusalOf('ConcurrencyLimited', 'RateLimited')[0]).to.contain(
      '@ConcurrencyLimited() stands above @RateLimited()',
    );
  });

  it('lets no time limit stand in between, and says what to write instead', () => {
    expect(refusalOf('CircuitProtected', 'RetryOnTransient', 'TimeLimited', 'Hedged', 'TimeLimited')).to.deep.equal([
      'Ask.ask: @TimeLimited() stands between @RetryOnTransient() and @Hedged(). It limits the whole call above all others, all attempts together right below @CircuitProtected(), and each attempt below all others. Write:',
      '  @TimeLimited()',
      '  @CircuitProtected()',
      '  @RetryOnTransient()',
      '  @Hedged()',
      '  async ask(…)',
    ]);
    expect(refusalOf('CircuitProtected', 'Hedged', 'TimeLimited', 'ConcurrencyLimited')[0]).to.contain(
      'between @Hedged() and @ConcurrencyLimited()',
    );
  });

  it('lets none stand above one that comes before it, and says why and what to write', () => {
    expect(refusalOf('RetryOnTransient', 'CircuitProtected', 'TimeLimited')).to.deep.equal([
      'Ask.ask: @RetryOnTransient() stands above @CircuitProtected(): it would ask again after every refusal, and each attempt would count as a failure of its own. Write:',
      '  @CircuitProtected()',
      '  @RetryOnTransient()',
      '  @TimeLimited()',
      '  async ask(…)',
    ]);
    expect(refusalOf('Hedged', 'CircuitProtected', 'ConcurrencyLimited', 'TimeLimited').slice(1)).to.deep.equal([
      ...['  @CircuitProtected()', '  @Hedged()', '  @ConcurrencyLimited()', '  @TimeLimited()', '  async ask(…)'],
    ]);
    expect(
      refusalOf('RetryOnTransient', 'CircuitProtected', 'TimeLimited', 'Hedged', 'TimeLimited').slice(1),
    ).to.deep.equal([
      ...['  @CircuitProtected()', '  @TimeLimited()', '  @RetryOnTransient()', '  @Hedged()', '  @TimeLimited()'],
      '  async ask(…)',
    ]);
    expect(refusalOf('ConcurrencyLimited', 'RetryOnTransient', 'Hedged')).to.deep.equal([
      'Ask.ask: @ConcurrencyLimited() stands above @RetryOnTransient(): its permit would be held while nothing is at work, as in the waits between attempts, and one would do for several attempts at a time. Write:',
      '  @RetryOnTransient()',
      '  @Hedged()',
      '  @ConcurrencyLimited()',
      '  async ask(…)',
    ]);
  });
});
