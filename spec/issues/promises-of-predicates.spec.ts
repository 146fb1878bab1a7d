import { expect } from 'chai';
import { CircuitProtected, circuit, ConfigurationError, lastGood, RetryOnTransient } from '#lib/index.js';
import { fail, rejectionOf, succeed, turn, uniqueName, unavailable, Upstream } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

type Predicate = () => boolean;
/** A predicate that was written with `async`, which its type refuses. */
const async = (answer: () => Promise<unknown>): Predicate => answer as unknown as Predicate;

/** The rejections that nobody handles. */
function unhandled(): readonly unknown[] {
  const rejections: unknown[] = [];
  const hear = (reason: unknown): void => void rejections.push(reason);
  before(() => void process.on('unhandledRejection', hear));
  after(() => void process.off('unhandledRejection', hear));
  return rejections;
}

describe('A predicate that answers with a promise', () => {
  virtualTime();
  const rejections = unhandled();

  for (const [how, answer] of [
    ['resolves', async () => false],
    [
      'rejects',
      async () => {
        throw new Error('a bug');
      },
    ],
  ] as const) {
    for (const option of ['retryOn', 'failureOn', 'fallbackOn'] as const) {
      it(`that ${how} is a ConfigurationError with the upstream's error as its cause: ${option}`, async () => {
        const error = unavailable();
        const upstream = new Upstream(fail(error));
        const name = uniqueName();
        const predicate = async(answer);
        const retry = RetryOnTransient(option === 'retryOn' ? { retryOn: predicate } : { maxAttempts: 1 });
        const circuitOptions = { circuit: name, fallback: 'fallback', failureThreshold: 2 };
        const ask = CircuitProtected(
          option === 'retryOn' ? { circuit: name } : { ...circuitOptions, [option]: predicate },
        )(retry(upstream.ask));
        const refused = await rejectionOf(ask());
        expect(refused).to.be.instanceOf(ConfigurationError);
        expect((refused as Error).cause).to.equal(error);
        expect((refused as Error).message).to.contain(`${option}: expected true or false, got a promise`);
        expect(upstream.calls).to.equal(1);
        // Whether it counts is what a failureOn was asked.
        expect(circuit(name).snapshot().failures).to.equal(option === 'failureOn' ? 0 : 1);
        await turn();
        expect(rejections).to.deep.equal([]);
      });
    }

    it(`that ${how} leaves no rejection unhandled beside lastGood: failureOnResult`, async () => {
      const ask = CircuitProtected({
        circuit: uniqueName(),
        fallback: lastGood({ key: () => 'k' }),
        failureOnResult: async(answer),
      })(new Upstream(succeed()).ask);
      const refused = await rejectionOf(ask());
      expect((refused as Error).message).to.contain('failureOnResult: expected true or false, got a promise');
      await turn();
      expect(rejections).to.deep.equal([]);
    });

    it(`that ${how} is no key of lastGood`, async () => {
      const error = unavailable();
      const ask = CircuitProtected({
        circuit: uniqueName(),
        fallback: lastGood({ key: answer as unknown as () => string }),
        fallbackOn: 'failure',
      })(new Upstream(succeed(), fail(error)).ask);
      await ask();
      expect(await rejectionOf(ask())).to.equal(error);
      await turn();
      expect(rejections).to.deep.equal([]);
    });

    it(`that ${how} is a ConfigurationError: signal`, async () => {
      const upstream = new Upstream(succeed());
      const ask = RetryOnTransient({ signal: answer as unknown as () => undefined })(upstream.ask);
      const refused = await rejectionOf(ask());
      expect(refused).to.be.instanceOf(ConfigurationError);
      expect((refused as Error).message).to.contain('signal: expected an AbortSignal or undefined, got a promise');
      expect(upstream.calls).to.equal(0);
      await turn();
      expect(rejections).to.deep.equal([]);
    });

    for (const option of ['retryOnResult', 'failureOnResult'] as const) {
      it(`that ${how} is a ConfigurationError without a cause: ${option}`, async () => {
        const upstream = new Upstream(succeed());
        const predicate = async(answer);
        const ask =
          option === 'retryOnResult'
            ? RetryOnTransient({ retryOnResult: predicate })(upstream.ask)
            : CircuitProtected({ circuit: uniqueName(), failureOnResult: predicate })(upstream.ask);
        const refused = await rejectionOf(ask());
        expect(refused).to.be.instanceOf(ConfigurationError);
        expect((refused as Error).cause).to.equal(undefined);
        expect(upstream.calls).to.equal(1);
        await turn();
        expect(rejections).to.deep.equal([]);
      });
    }
  }
});

describe('A backoff that gives no time', () => {
  virtualTime();
  const rejections = unhandled();

  for (const [what, backoff] of [
    ['a negative number', () => -1],
    ['no number', () => Number.NaN],
    ['a promise', async () => 5],
    [
      'a promise that rejects',
      async () => {
        throw new Error('a bug');
      },
    ],
  ] as const) {
    it(`fails the call with the upstream's error as the cause, which the circuit counts: ${what}`, async () => {
      const error = unavailable();
      const name = uniqueName();
      const ask = CircuitProtected({ circuit: name, failureThreshold: 5 })(
        RetryOnTransient({ backoff: backoff as () => number })(new Upstream(fail(error)).ask),
      );
      const refused = await rejectionOf(ask());
      expect(refused).to.be.instanceOf(ConfigurationError);
      expect((refused as Error).cause).to.equal(error);
      expect(circuit(name).snapshot().failures).to.equal(1);
      await turn();
      expect(rejections).to.deep.equal([]);
    });
  }
});
