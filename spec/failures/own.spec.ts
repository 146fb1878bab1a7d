import { expect } from 'chai';
import { asTimeout, classify } from '#lib/failures/classify.js';
import {
  CircuitOpenError,
  ConcurrencyLimitError,
  ConfigurationError,
  FinalError,
  MalformedResponseError,
  RateLimitedError,
  TimeLimitError,
} from '#lib/index.js';
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
