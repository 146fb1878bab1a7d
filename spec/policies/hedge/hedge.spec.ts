import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import { handleStream } from '#lib/call/entry.js';
import { opens } from '#lib/call/opener.js';
import { pipeline } from '#lib/call/pipeline.js';
import type { Policy, Stream } from '#lib/call/policy.js';
import { hedge } from '#lib/policies/hedge/hedge.js';
import { MIN_CALLS, Latencies } from '#lib/policies/hedge/latencies.js';
import { hedgeRules } from '#lib/policies/hedge/rules.js';
import { FakeClock } from '#lib/testing/fake-clock.js';
import { contextOf } from '../../support/method-context.js';
import { rejectionOf, unavailable } from '../../support/upstream.js';

describe('A hedge', () => {
  const context = contextOf(new FakeClock(0));
  const policyAfter = (after: '1s' | 'p95', seen = new Latencies(), at = context): Policy =>
    hedge(at, hedgeRules({ after, maxHedges: 1 }), seen, true);

  async function* source(error?: Error): Stream {
    yield 'a';
    if (error) throw error;
    yield 'b';
    return undefined;
  }

  it("leaves no listener with the caller's signal behind a stream that is read, left early, or fails", async () => {
    const { signal } = new AbortController();
    const streaming = { ...context, isStream: true };
    const read = (error?: Error): Stream => {
      const run = pipeline(
        [policyAfter('1s', undefined, streaming)],
        opens(() => source(error), streaming),
        streaming,
        true,
      );
      return handleStream(run, streaming)(undefined, [signal]);
    };
    const left = read();
    await left.next();
    expect(getEventListeners(signal, 'abort')).to.have.lengthOf(1);
    await left.return(undefined);
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    const whole: unknown[] = [];
    for await (const chunk of read()) whole.push(chunk);
    expect([whole, getEventListeners(signal, 'abort')]).to.deep.equal([['a', 'b'], []]);
    const error = unavailable();
    const failing = read(error);
    await failing.next();
    expect(await rejectionOf(failing.next())).to.equal(error);
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });

  it('remembers how long calls take for the sake of a percentile alone', async () => {
    for (const [after, known] of [
      ['1s', undefined],
      ['p95', 1],
    ] as const) {
      const seen = new Latencies();
      const { around } = policyAfter(after, seen);
      for (let i = 0; i < MIN_CALLS; i++)
        await around?.(new Call(context, undefined, [], UNGUARDED), async () => 'yes');
      expect(seen.percentile(0.95)).to.equal(known);
    }
  });
});
