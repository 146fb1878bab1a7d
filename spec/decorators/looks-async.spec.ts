import { expect } from 'chai';
import {
  bulkhead,
  circuit,
  CircuitProtected,
  Coalesced,
  ConcurrencyLimited,
  DecorationError,
  Hedged,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import { httpError, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

type Ask = () => Promise<unknown>;

/** Functions whose type says async, as instrumentation and packages such as onetime make them, and that are not. */
const LOOKS_ASYNC: Readonly<Record<string, (body: () => unknown) => Ask>> = {
  'a proxy of an async function': (body) => new Proxy(async () => 'never', { apply: body }) as Ask,
  'a function with the prototype of an async one': (body) =>
    Object.setPrototypeOf(
      function ask() {
        return body();
      },
      Object.getPrototypeOf(async () => undefined) as object,
    ) as Ask,
};

const STACKS: Readonly<Record<string, (ask: Ask, name: string) => Ask>> = {
  'a bulkhead': (ask, name) => ConcurrencyLimited({ limit: 2, bulkhead: name })(ask),
  'a retry': (ask) => RetryOnTransient({ maxAttempts: 2 })(ask),
  'a shared call': (ask) => Coalesced({ key: () => 'one' })(ask),
  'a gate': (ask) => RespectRateLimit()(ask),
  'a hedge': (ask) => Hedged({ after: '1s' })(ask),
  'a time limit': (ask) => TimeLimited('1s')(ask),
  'a circuit': (ask, name) => CircuitProtected({ circuit: name })(ask),
};

describe('A function that only looks async', () => {
  const world = virtualTime();

  for (const [what, made] of Object.entries(LOOKS_ASYNC)) {
    for (const [stack, decorated] of Object.entries(STACKS)) {
      it(`rejects when it throws below ${stack}: ${what}`, async () => {
        const name = uniqueName();
        const failure = new TypeError('wrong');
        const ask = decorated(
          made(() => {
            throw failure;
          }),
          name,
        );
        for (let call = 0; call < 5; call++) {
          const answer = ask();
          expect(await answer.catch((error: unknown) => error)).to.equal(failure);
        }
        if (stack === 'a bulkhead') expect(bulkhead(name).running).to.equal(0);
      });

      it(`may answer with a thenable below ${stack}: ${what}`, async () => {
        // oxlint-disable-next-line unicorn/no-thenable -- what such a function may return
        const thenable = { then: (resolve: (value: string) => void) => void setImmediate(resolve, 'answer') };
        const ask = decorated(
          made(() => thenable),
          uniqueName(),
        );
        expect(await ask()).to.equal('answer');
      });

      it(`says that it gave no promise below ${stack}: ${what}`, () => {
        const ask = decorated(
          made(() => 5),
          uniqueName(),
        );
        expect(ask).to.throw(DecorationError, /expected .*promise/);
      });
    }

    it(`gives the lease of a probe back: ${what}`, async () => {
      const name = uniqueName();
      let answer: () => unknown = () => Promise.reject(httpError(503));
      const ask = CircuitProtected({ circuit: name, failureThreshold: 1, recoveryTimeout: '1s' })(made(() => answer()));
      await ask().catch(() => undefined);
      await world.clock.advance('2s');
      answer = () => {
        throw httpError(503);
      };
      await ask().catch(() => undefined);
      await world.clock.advance('2s');
      answer = () => Promise.resolve('answer');
      expect(await ask()).to.equal('answer');
      expect(circuit(name).state).to.equal('closed');
    });
  }
});
