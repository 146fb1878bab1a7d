import { expect } from 'chai';
import type { FailureKind } from '#lib/index.js';
import { classify } from '#lib/index.js';
import { type Fault, type FaultServer, instantRetries, startFaultServer } from '#lib/testing/index.js';
import { rejectionOf, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';
import { type Client, CLIENTS } from './support/clients.js';

interface Row {
  readonly fault: string;
  readonly always: Fault;
  readonly requests: number;
  /** The final answer's status, or the kind of the error. */
  readonly got: number | FailureKind;
  /** What axios makes of it, which reads the body before it answers. */
  readonly axios?: Pick<Row, 'requests' | 'got'>;
  readonly opensCircuit: boolean;
}

const status = (code: number, requests: number, opensCircuit: boolean, headers = {}): Row => ({
  fault: `status ${code}${Object.keys(headers)
    .map((name) => ` with ${name}`)
    .join()}`,
  always: { type: 'status', status: code, headers },
  requests,
  got: code,
  opensCircuit,
});
const rejected = (code: number): Row => status(code, 1, false);
const server = (code: number): Row => status(code, 3, true);
const network = (fault: 'reset' | 'hang-up' | 'not-http'): Row => ({
  fault,
  always: fault,
  requests: 3,
  got: 'network',
  opensCircuit: true,
});
/** The answer begins well, so that the client hands it out: what is wrong with its body is the reader's. */
const inBody = (fault: string, always: Fault, got: Row['got'], axios?: Row['axios']): Row => ({
  fault,
  always,
  requests: 1,
  got,
  opensCircuit: false,
  ...(axios && { axios }),
});

const ROWS: readonly Row[] = [
  ...[400, 401, 403, 404, 418, 422, 501].map(rejected),
  ...[408, 500, 502, 503, 504, 520, 529].map(server),
  status(503, 1, false, { 'x-should-retry': 'false' }),
  status(400, 3, true, { 'x-should-retry': 'true' }),
  status(429, 5, false),
  status(429, 5, false, { 'retry-after': '2' }),
  network('reset'),
  network('hang-up'),
  network('not-http'),
  inBody('malformed JSON', 'malformed-json', 200),
  inBody('a page of HTML', 'html', 200),
  inBody('an empty body', 'empty', 200),
  inBody('an error as a body', 'error-body', 200),
  inBody('a body that is cut off', { type: 'body-cut' }, 'network', { requests: 3, got: 'network' }),
  inBody('a body that drips', { type: 'body-drip', everyMs: 0 }, 200),
];

for (const make of CLIENTS) {
  const { name } = make();
  describe(`The faults of an upstream, through ${name}`, () => {
    const world = virtualTime();
    let upstream: FaultServer;
    let client: Client;
    let restore: () => void;

    before(async () => {
      upstream = await startFaultServer();
    });
    after(() => upstream.close());
    beforeEach(() => {
      restore = instantRetries();
      upstream.reset();
      client = make({ circuit: uniqueName(), circuitOptions: { failureThreshold: 2 } });
    });
    afterEach(async () => {
      restore();
      await client.close();
    });

    const ask = () => client.ask({ url: `${upstream.baseUrl}/models` });
    const outcome = (): Promise<Row['got']> =>
      ask().then(
        ({ status }) => status,
        (error: unknown) => classify(error).kind,
      );

    for (const row of ROWS) {
      const { requests, got } = (name === 'axios' && row.axios) || row;
      it(`${row.fault}: the caller gets ${got} after ${requests} requests`, async () => {
        upstream.always(row.always);
        expect(await outcome()).to.equal(got);
        expect(upstream.count).to.equal(requests);
        await outcome();
        const opens = row.opensCircuit || (name === 'axios' && row.axios !== undefined);
        expect(world.heard('circuit_opened')).to.have.length(opens ? 1 : 0);
        upstream.reset();
        if (opens) expect(await rejectionOf(ask())).to.have.property('name', 'CircuitOpenError');
        else expect(await ask()).to.include({ status: 200 });
        expect(upstream.count).to.equal(opens ? 0 : 1);
      });
    }

    it('an outage that passes: the caller gets the answer', async () => {
      upstream.script('reset', { type: 'status', status: 503 }, 'ok');
      expect(await ask()).to.include({ status: 200 });
      expect(upstream.count).to.equal(3);
      expect(world.heard('retry_scheduled').map(({ kind }) => kind)).to.deep.equal(['network', 'server']);
    });

    it('a rate limit that passes: the caller gets the answer', async () => {
      upstream.script({ type: 'rate-limit', retryAfter: 1 });
      expect(await ask()).to.include({ status: 200 });
      expect(upstream.count).to.equal(2);
    });

    it('a rate limit that lasts too long: the caller gets the 429 itself', async () => {
      restore();
      upstream.always({ type: 'rate-limit', retryAfter: 3600 });
      expect(await ask()).to.include({ status: 429 });
      // The gate is closed: nobody asks any more.
      expect(await rejectionOf(ask())).to.have.property('name', 'RateLimitedError');
      expect(upstream.count).to.equal(1);
    });

    it('silence: each attempt ends with its limit', async () => {
      await client.close();
      client = make({ circuit: uniqueName(), timeLimit: '2s' });
      upstream.always('stall');
      const rejection = rejectionOf(ask());
      for (const count of [1, 2, 3]) {
        await upstream.received(count);
        await world.clock.advance('2s');
      }
      expect(await rejection).to.have.property('name', 'TimeLimitError');
      await upstream.settled();
      expect(upstream.requests.map(({ outcome }) => outcome)).to.deep.equal(['aborted', 'aborted', 'aborted']);
      expect(world.clock.timers).to.equal(0);
    });

    it('nobody listens: three attempts, and an open circuit from then on', async () => {
      await upstream.refuse();
      expect(await outcome()).to.equal('network');
      expect(await outcome()).to.equal('network');
      expect(await rejectionOf(ask())).to.have.property('name', 'CircuitOpenError');
      expect(world.heard('retry_scheduled')).to.have.length(4);
      await upstream.accept();
    });
  });
}
