import { expect } from 'chai';
import {
  CircuitProtected,
  circuit,
  classify,
  ConcurrencyLimited,
  configure,
  type LogEntry,
  RetryOnTransient,
} from '#lib/index.js';
import { fail, httpError, rejectionOf, succeed, uniqueName, Upstream } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

const failed = (fields: object): Error => Object.assign(new Error('x'), fields);

describe('Errors of clients', () => {
  const world = virtualTime();

  for (const [what, error, kind] of [
    ['a status in response.statusCode', failed({ response: { statusCode: 503 } }), 'server'],
    ["AWS's throttling status", failed({ $metadata: { httpStatusCode: 429 } }), 'rate-limited'],
    ['a reset of a connection that had answered 200', failed({ status: 200, code: 'ECONNRESET' }), 'network'],
    [
      'gRPC UNAVAILABLE',
      failed({ code: 14, details: 'No connection established', metadata: { get: () => [] } }),
      'network',
    ],
    ['PostgreSQL, shutting down', failed({ code: '57P01', severity: 'FATAL' }), 'network'],
    ['a 503 that could not be parsed', Object.assign(new SyntaxError('x'), { status: 503 }), 'server'],
  ] as const) {
    it(`are repeated and counted if they pass: ${what}`, async () => {
      expect(classify(error).kind).to.equal(kind);
      const name = uniqueName();
      const upstream = new Upstream(fail(error));
      const asked = rejectionOf(CircuitProtected({ circuit: name })(RetryOnTransient()(upstream.ask))());
      await world.clock.advance('60s');
      expect(await asked).to.equal(error);
      const isTransient = kind !== 'rate-limited';
      expect(upstream.calls).to.equal(isTransient ? 3 : 1);
      expect(circuit(name).snapshot().failures).to.equal(isTransient ? 1 : 0);
    });
  }

  it('that say 409 ten times leave the circuit closed', async () => {
    const name = uniqueName();
    const ask = CircuitProtected({ circuit: name })(RetryOnTransient()(new Upstream(fail(httpError(409))).ask));
    for (let i = 0; i < 10; i++) await rejectionOf(ask());
    expect(circuit(name).state).to.equal('closed');
    expect(circuit(name).snapshot().failures).to.equal(0);
  });

  it('with a header of two megabytes are classified, and cost no permit', async () => {
    const long = '1'.repeat(2_000_000);
    const names = ['x-ratelimit-reset-tokens', 'retry-after', 'x-ratelimit-reset-requests', 'ratelimit-reset'];
    const errors = names.flatMap((name) =>
      [429, 503].map((status) => httpError(status, { headers: { [name]: long } })),
    );
    const upstream = new Upstream(...errors.map(fail), succeed());
    const ask = ConcurrencyLimited({ limit: 'adaptive', min: 1, max: 1 })(upstream.ask);
    for (const error of errors) expect(await rejectionOf(ask())).to.equal(error);
    expect(await ask()).to.equal('answer');
    expect(upstream.calls).to.equal(errors.length + 1);
  });

  it("are none if the caller aborts: the log says cancelled, at debug, and holds no word of the caller's", async () => {
    const lines: LogEntry[] = [];
    const restore = configure({
      logger: { log: (entry: LogEntry) => void lines.push(entry) },
      settings: { log: { level: 'debug' } },
    });
    const controller = new AbortController();
    const ask = RetryOnTransient()(async (signal: AbortSignal) => {
      controller.abort(new Error('secret'));
      signal.throwIfAborted();
    });
    await rejectionOf(ask(controller.signal));
    restore();
    const gaveUp = lines.filter(({ message }) => message === 'retry_gave_up');
    expect(gaveUp).to.have.lengthOf(1);
    expect(gaveUp[0]).to.include({ level: 'debug', kind: 'cancelled', reason: 'aborted' });
    expect(JSON.stringify(lines)).not.to.contain('secret');
  });
});
