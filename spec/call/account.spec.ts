import { expect } from 'chai';
import { Account } from '#lib/call/account.js';
import { Admission, UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import type { CallEnd } from '#lib/call/observer.js';
import { Answer } from '#lib/call/policy.js';
import { CallStats } from '#lib/call/stats.js';
import { CircuitOpenError, RateLimitedError } from '#lib/core/errors.js';
import { Circuit } from '#lib/policies/circuit/circuit.js';
import { FakeClock } from '#lib/testing/index.js';
import { contextOf } from '../support/method-context.js';
import { rejectionOf, unavailable } from '../support/upstream.js';

describe('The account of a method', () => {
  let clock = new FakeClock(1000);
  let heard = true;
  let ends: CallEnd[] = [];
  beforeEach(() => {
    clock = new FakeClock(1000);
    heard = true;
    ends = [];
  });

  function opened(given: { readonly isTimed?: boolean } = {}) {
    const context = { ...contextOf(clock), stats: new CallStats(), ...given };
    const { channel } = context;
    const classified: unknown[] = [];
    const { classify } = context;
    const watched = {
      ...context,
      channel: (...args: Parameters<typeof channel>) => ({
        audience: (now: number) => (heard ? channel(...args).audience(now) : undefined),
      }),
      classify: (...args: Parameters<typeof classify>) => {
        classified.push(args[0]);
        return classify(...args);
      },
    };
    const { stats, told } = context;
    return { account: new Account(watched), context: watched, stats, told, classified };
  }

  function callIn(context: ReturnType<typeof opened>['context'], admission = UNGUARDED): Call {
    const call = new Call(context, 'self', ['argument'], admission);
    call.since = clock.now();
    call.attempts = 1;
    call.watched = { attempt: () => undefined, ended: (end) => void ends.push(end) };
    return call;
  }

  it('has room for durations only while an exporter reads them', () => {
    expect(opened().stats.durations).to.equal(undefined);
    const { durations } = opened({ isTimed: true }).stats;
    expect(durations?.success.counts).to.deep.equal(new Array(15).fill(0));
    expect(durations?.failure.counts).to.deep.equal(new Array(15).fill(0));
    expect(durations?.failure).not.to.equal(durations?.success);
  });

  it('keeps how long calls took that succeeded or failed, and no others', async () => {
    const { account, context, stats } = opened({ isTimed: true });
    const calls = Array.from({ length: 5 }, () => callIn(context));
    await clock.advance('20ms');
    const [good, bad, left, replaced, refused] = calls as [Call, Call, Call, Call, Call];
    account.succeeded(good);
    expect(stats.durations?.success.sum).to.equal(0.02);
    account.failed(unavailable(), bad);
    replaced.hasFallenBack = true;
    account.succeeded(replaced);
    account.failed(new RateLimitedError(5, { method: 'Service.ask' }), Object.assign(refused, { attempts: 0 }));
    const leaving = account.watch(async function* () {}.call(undefined), left);
    await leaving.return(undefined);
    const sums = [stats.durations?.success, stats.durations?.failure].map((kept) => [kept?.sum, kept?.counts[1]]);
    expect(sums).to.deep.equal([
      [0.02, 1],
      [0.02, 1],
    ]);
    expect(ends).to.deep.equal([
      { outcome: 'success', errorType: undefined, circuit: undefined, attempts: 1, durationMs: 20 },
      { outcome: 'failure', errorType: 'server', circuit: undefined, attempts: 1, durationMs: 20 },
      { outcome: 'fallback', errorType: undefined, circuit: undefined, attempts: 1, durationMs: 20 },
      { outcome: 'refused', errorType: 'rate-limit-wait', circuit: undefined, attempts: 0, durationMs: 20 },
      { outcome: 'cancelled', errorType: undefined, circuit: undefined, attempts: 1, durationMs: 20 },
    ]);
    expect(stats).to.deep.include({ succeeded: 1, fellBack: 1, cancelled: 1, failed: { server: 1 } });
    expect(stats.refused).to.deep.equal({ 'rate-limit-wait': 1 });
  });

  it('counts no time that a clock was set back by', async () => {
    const { account, context, stats, told } = opened({ isTimed: true });
    const [good, bad] = [callIn(context), callIn(context)];
    for (const call of [good, bad]) call.since = 5000;
    account.succeeded(good);
    account.failed(unavailable(), bad);
    expect([stats.durations?.success.sum, stats.durations?.failure.sum]).to.deep.equal([0, 0]);
    expect(told).to.have.lengthOf(1);
    expect(told[0]).to.include({ type: 'call_failed', durationMs: 0 });
  });

  it('tells a failure with its duration if that is measured, with the circuit if there is one, once each', async () => {
    const { account, context, stats, told } = opened();
    const timed = callIn(context);
    await clock.advance('7ms');
    account.failed(unavailable(), timed);
    const plain = callIn(context);
    plain.since = undefined;
    account.failed(unavailable(), plain);
    const circuit = new Circuit('openai', () => undefined);
    account.failed(unavailable(), callIn(context, new Admission(circuit, 0, 0)));
    stats.circuit = 'by name';
    account.failed(unavailable(), plain);
    const facts = { channel: 'call_failed', type: 'call_failed', method: 'Service.ask', attempts: 1 } as const;
    const rest = { kind: 'server', errorName: 'Error', status: 503 } as const;
    expect(told).to.deep.equal([
      { ...facts, durationMs: 7, ...rest },
      { ...facts, ...rest },
      { ...facts, circuit: 'openai', durationMs: 0, ...rest },
      { ...facts, circuit: 'by name', ...rest },
    ]);
    // What is not measured is not closed.
    expect(ends).to.have.lengthOf(2);
  });

  it('tells of an unknown failure once, when somebody hears it, and of none beneath another method', () => {
    const { account, context, stats, told } = opened();
    heard = false;
    account.failed(new Error('a bug'), callIn(context));
    heard = true;
    stats.isBeneath = true;
    account.failed(new Error('a bug'), callIn(context));
    expect(told).to.deep.equal([]);
    stats.isBeneath = false;
    for (let i = 0; i < 2; i++) account.failed(new Error('a bug'), callIn(context));
    expect(told.map(({ type }) => type)).to.deep.equal(['call_failed', 'failure_unknown', 'call_failed']);
    expect(stats.failed).to.deep.equal({ unknown: 4 });
  });

  it('counts a call without an attempt as refused only for what refuses', () => {
    const { account, context, stats } = opened();
    const begun = callIn(context);
    const never = Object.assign(callIn(context), { attempts: 0 });
    const whole = Object.assign(new Call(context, 'self', [], UNGUARDED), { whole: begun });
    for (const call of [begun, never, whole]) {
      account.failed(unavailable(), call);
      account.failed(new RateLimitedError(5, { method: 'Service.ask' }), call);
    }
    expect(stats.failed).to.deep.equal({ server: 3, 'rate-limited': 2 });
    expect(stats.refused).to.deep.equal({ 'rate-limit-wait': 1 });
  });

  it('counts the constant of a fallback without waiting for it', () => {
    const { account, context, stats } = opened();
    const promise = Promise.resolve('instead');
    expect(account.answered(new Answer(promise, undefined, 'constant'), 'self', [])).to.equal(promise);
    expect(stats.fellBack).to.equal(1);
    expect(account.answered(new Answer(promise, undefined, 'constant'), 'self', [], callIn(context))).to.equal(promise);
    expect(stats.fellBack).to.equal(2);
    expect(ends.map(({ outcome, errorType }) => [outcome, errorType])).to.deep.equal([['fallback', undefined]]);
  });

  it('counts a refusal, and classifies its error only if somebody hears of it', async () => {
    const { account, context, stats, told, classified } = opened();
    const error = new CircuitOpenError({ circuit: 'openai', retryAfterMs: 1000 });
    const promise = Promise.reject(error);
    heard = false;
    void account.answered(new Answer(promise, undefined, 'refusal', error), 'self', []);
    expect(classified).to.deep.equal([]);
    heard = true;
    void account.answered(new Answer(promise, undefined, 'refusal', error), 'self', []);
    const given = callIn(context);
    expect(account.answered(new Answer(promise, undefined, 'refusal', error), 'self', [], given)).to.equal(promise);
    expect(stats.refused).to.deep.equal({ 'circuit-open': 3 });
    expect(told.map(({ type }) => type)).to.deep.equal(['call_failed', 'call_failed']);
    expect(ends.map(({ outcome, errorType }) => [outcome, errorType])).to.deep.equal([['refused', 'circuit-open']]);
    expect(await rejectionOf(promise)).to.equal(error);
  });

  it('counts the answer of a policy when it settles, with the call that the policy gave', async () => {
    const { account, context, stats } = opened();
    const [own, given] = [callIn(context), callIn(context)];
    own.attempts = 2;
    expect(await account.answered(new Answer(Promise.resolve('late'), own), 'self', [], given)).to.equal('late');
    expect(await account.answered(new Answer(Promise.resolve('late'), undefined), 'self', [], given)).to.equal('late');
    expect(await account.answered(Promise.resolve('late'), 'self', [], given)).to.equal('late');
    expect(ends.map(({ attempts }) => attempts)).to.deep.equal([2, 1]);
    expect(stats).to.include({ succeeded: 3, fellBack: 0 });
    expect(await account.answered(new Answer(Promise.resolve('instead'), own, 'fallback'), 'self', [])).to.equal(
      'instead',
    );
    expect(stats).to.include({ succeeded: 3, fellBack: 1 });
    const error = unavailable();
    expect(await rejectionOf(account.answered(Promise.reject(error), 'self', []))).to.equal(error);
    expect(stats.failed).to.deep.equal({ server: 1 });
  });

  it('counts a stream at its end, and that of a fallback at once', async () => {
    const { account, context, stats } = opened();
    async function* letters(): AsyncGenerator<string> {
      yield 'a';
    }
    const stream = (await account.track(Promise.resolve(letters()), callIn(context))) as AsyncGenerator<string>;
    expect(stats.succeeded).to.equal(0);
    for await (const chunk of stream) expect([chunk, stats.succeeded]).to.deep.equal(['a', 0]);
    expect(stats.succeeded).to.equal(1);
    const instead = Object.assign(callIn(context), { hasFallenBack: true });
    const given = letters();
    expect(await account.track(Promise.resolve(given), instead)).to.equal(given);
    const rest = letters();
    expect(account.watch(rest, instead)).to.equal(rest);
    expect(stats).to.include({ succeeded: 1, fellBack: 2 });
  });

  it('counts a failure of a call that ran without one', () => {
    const { account, stats, told } = opened();
    account.failedAfterwards(unavailable(), 'self', []);
    expect(stats.failed).to.deep.equal({ server: 1 });
    expect(told[0]).to.include({ type: 'call_failed', attempts: 1 });
  });
});
