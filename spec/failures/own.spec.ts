import { expect } from 'chai';
import { AbortError } from 'p-retry';
import { asTimeout, classify } from '#lib/failures/classify.js';
import {
  CircuitOpenError,
  ConcurrencyLimitError,
  ConfigurationError,
  FinalError,
  MalformedResponseError,
  RateLimitedError,
  RetryOnTransient,
  TimeLimitError,
} from '#lib/index.js';
import { rejectionOf } from '../support/upstream.js';
import { failed, NOW } from './support.js';

describe("holdfast's own errors", () => {
  for (const [error, kind] of [
    [new CircuitOpenError({ circuit: 'payments', retryAfterMs: 5 }), 'circuit-open'],
    [new ConcurrencyLimitError(3), 'concurrency-limit'],
    [new RateLimitedError(5), 'rate-limited'],
    [new TimeLimitError(5), 'timeout'],
    [new MalformedResponseError('x'), 'malformed'],
    [new ConfigurationError(['x']), 'misconfigured'],
  ] as const) {
    it(`are classified by what they are: ${error.name} as ${kind}, also from another copy of the package`, () => {
      expect(classify(error, NOW)).to.include({ kind, errorName: error.name });
      const { name, message } = error;
      expect(classify(Object.assign({}, error, { name, message, constructor: class e {} }), NOW).kind).to.equal(kind);
    });
  }

  it('say when to ask again, and never that one may not', () => {
    expect(classify(new CircuitOpenError({ circuit: 'x', retryAfterMs: 5 }), NOW).retryAfterMs).to.equal(5);
    const isolated = new CircuitOpenError({ circuit: 'x', retryAfterMs: Number.POSITIVE_INFINITY });
    expect(classify(isolated, NOW)).not.to.have.property('retryAfterMs');
  });

  it('are believed before their cause', () => {
    const cause = failed({ status: 503 });
    expect(classify(new CircuitOpenError({ circuit: 'x', retryAfterMs: 5 }, { cause }), NOW).kind).to.equal(
      'circuit-open',
    );
    expect(classify(new MalformedResponseError('x', { cause }), NOW).kind).to.equal('malformed');
  });
});

describe('FinalError', () => {
  it('has the kind and the facts of its cause, and is never transient', () => {
    const cause = failed({ status: 503, headers: { 'retry-after': '2' } });
    expect(classify(new FinalError('do not repeat this', { cause }), NOW)).to.deep.equal({
      kind: 'server',
      transient: false,
      final: true,
      errorName: 'FinalError',
      status: 503,
      retryAfterMs: 2000,
    });
  });

  it('is unknown without a cause', () => {
    expect(classify(new FinalError('the order is booked'), NOW)).to.deep.equal({
      kind: 'unknown',
      transient: false,
      final: true,
      errorName: 'FinalError',
    });
  });

  it('is final wherever it stands in the chain', () => {
    const wrapped = new Error('outer', { cause: new FinalError('inner', { cause: failed({ code: 'ECONNRESET' }) }) });
    expect(classify(wrapped, NOW)).to.include({ kind: 'network', transient: false, final: true });
  });

  it('is recognised from another copy of the package', () => {
    const copy = failed({ name: 'FinalError', final: true, cause: failed({ status: 503 }) });
    expect(classify(copy, NOW)).to.include({ kind: 'server', transient: false });
  });

  it('has a literal name and says nothing by itself', () => {
    const error = new FinalError('message');
    expect(error).to.include({ name: 'FinalError', message: 'message', final: true });
    expect(error).to.be.instanceOf(Error);
  });
});

describe('An abort that nobody asked for', () => {
  it('is a timeout, which passes', () => {
    const abort = classify(new DOMException('x', 'AbortError'), NOW);
    expect(abort).to.include({ kind: 'cancelled', transient: false });
    expect(asTimeout(abort)).to.deep.equal({ ...abort, kind: 'timeout', transient: true });
  });

  it('is not repeated if it is final', () => {
    const abort = classify(new FinalError('x', { cause: new DOMException('x', 'AbortError') }), NOW);
    expect(asTimeout(abort)).to.include({ kind: 'timeout', transient: false });
  });

  it('is asked for aborts alone: any other failure stays what it is', () => {
    for (const error of [failed({ status: 503 }), new Error('x'), new DOMException('x', 'TimeoutError')]) {
      const failure = classify(error, NOW);
      expect(asTimeout(failure)).to.equal(failure);
    }
  });
});

describe("p-retry's AbortError", () => {
  const unavailable = (): Error => Object.assign(new Error('down'), { status: 503 });

  it('says that a retry is of no use, and is of the kind of its original', () => {
    expect(classify(new AbortError('no price'), NOW)).to.include({ kind: 'unknown', transient: false, final: true });
    const notFound = Object.assign(new Error('gone'), { status: 404 });
    expect(classify(new AbortError(notFound), NOW)).to.include({ kind: 'rejected', transient: false, final: true });
    expect(classify(new AbortError(unavailable()), NOW)).to.include({ kind: 'server', transient: false, final: true });
    const wrapped = new Error('failed', { cause: new AbortError(unavailable()) });
    expect(classify(wrapped, NOW)).to.include({ kind: 'server', transient: false, final: true });
  });

  it('is not what others call so', () => {
    const aborted = new DOMException('aborted', 'AbortError');
    for (const error of [aborted, Object.assign(new Error('x'), { name: 'AbortError', originalError: 'text' })])
      expect(classify(error, NOW)).to.include({ kind: 'cancelled' }).and.not.to.have.property('final');
  });

  it('is thrown once by a method under a retry', async () => {
    let calls = 0;
    const ask = RetryOnTransient({ minWait: '1ms' })(async () => {
      calls += 1;
      throw new AbortError(unavailable());
    });
    expect(await rejectionOf(ask())).to.be.instanceOf(AbortError);
    expect(calls).to.equal(1);
  });
});
