import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import {
  CircuitProtected,
  ConcurrencyLimited,
  ConfigurationError,
  configure,
  currentSignal,
  Hedged,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
  TimeLimitError,
} from '#lib/index.js';
import { rejectionOf, uniqueName } from '../support/upstream.js';

/** Larger than what sockets hold: as long as nobody reads or cancels it, its socket stays busy. */
const LARGE = Buffer.alloc(4_000_000, 'x');

describe('A Response that nobody reads', () => {
  let server: Server;
  let url = '';
  let statuses: number[] = [];
  /** Milliseconds before the headers of each answer. */
  let delays: number[] = [];
  let requests = 0;
  let restore: () => void;
  /** Sockets with an answer that was not taken whole. */
  const busy = new Set<Socket>();

  before(async () => {
    restore = configure({ settings: { log: { level: 'silent' }, retry: { minWait: '1ms', maxWait: '50ms' } } });
    server = createServer((request, response) => {
      const nth = requests++;
      const { socket } = request;
      busy.add(socket);
      response.on('close', () => busy.delete(socket));
      setTimeout(() => {
        response.writeHead(statuses[nth] ?? 200, { 'retry-after-ms': '5' });
        response.end(LARGE);
      }, delays[nth] ?? 0);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  });

  beforeEach(() => {
    statuses = [];
    delays = [];
    requests = 0;
  });

  afterEach(() => {
    for (const socket of busy) socket.destroy();
  });

  after(async () => {
    restore();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const respond = (): Promise<Response> => fetch(url, { signal: currentSignal() ?? null });
  const isDown = ({ status }: Response): boolean => status >= 500;

  /** An error as many write it, with the response in it. */
  async function orThrow(): Promise<Response> {
    const response = await respond();
    if (response.ok) return response;
    throw Object.assign(new Error(`status ${response.status}`), { response });
  }

  /** @throws if other sockets are busy after two seconds */
  async function expectBusy(count: number): Promise<void> {
    const until = performance.now() + 2000;
    while (busy.size !== count && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(busy.size).to.equal(count);
  }

  async function read(response: Response): Promise<void> {
    expect((await response.arrayBuffer()).byteLength).to.equal(LARGE.length);
    await expectBusy(0);
  }

  it('gives its socket back before the next attempt, if it was not wanted', async () => {
    statuses = [503, 503];
    const response = await RetryOnTransient({ retryOnResult: isDown })(respond)();
    expect([response.status, requests]).to.deep.equal([200, 3]);
    await expectBusy(1);
    await read(response);
  });

  it('is the caller’s if it is the last one', async () => {
    statuses = [503, 503, 503];
    const ask = CircuitProtected({ circuit: uniqueName(), failureOnResult: isDown })(
      RetryOnTransient({ retryOnResult: isDown })(respond),
    );
    const response = await ask();
    expect([response.status, requests, response.bodyUsed]).to.deep.equal([503, 3, false]);
    await expectBusy(1);
    await read(response);
  });

  for (const [what, protect] of [
    ['retryOnResult', (judge: () => boolean) => RetryOnTransient({ retryOnResult: judge })],
    ['failureOnResult', (judge: () => boolean) => CircuitProtected({ circuit: uniqueName(), failureOnResult: judge })],
  ] as const) {
    it(`gives its socket back if ${what} throws, or answers with a promise: the caller gets that error`, async () => {
      const mistake = new TypeError('x is undefined');
      const throwing = (): never => {
        throw mistake;
      };
      expect(await rejectionOf(protect(throwing)(respond)())).to.equal(mistake);
      await expectBusy(0);
      const answersLater = (async () => true) as unknown as () => boolean;
      expect(await rejectionOf(protect(answersLater)(respond)())).to.be.instanceOf(ConfigurationError);
      await expectBusy(0);
    });
  }

  it('gives its socket back if it is in the error of an attempt that is repeated', async () => {
    statuses = [503, 503];
    const response = await RetryOnTransient()(orThrow)();
    await expectBusy(1);
    await read(response);
  });

  it('is the caller’s if it is in the error that the call fails with', async () => {
    statuses = [503, 503, 503];
    const error = (await rejectionOf(RetryOnTransient()(orThrow)())) as { readonly response: Response };
    await expectBusy(1);
    await read(error.response);
  });

  it('gives its socket back if a gate repeats the call', async () => {
    statuses = [429];
    const response = await RespectRateLimit()(orThrow)();
    expect(requests).to.equal(2);
    await expectBusy(1);
    await read(response);
  });

  it('gives its socket back if another attempt was faster', async () => {
    delays = [150, 0];
    // Heeds no signal, so that its Response comes late.
    const response = await Hedged({ after: '20ms' })(() => fetch(url))();
    expect(requests).to.equal(2);
    await read(response);
    await new Promise((resolve) => setTimeout(resolve, 250));
    await expectBusy(0);
  });

  /** Attempts that heed no signal, so that their outcomes come late. */
  const deaf = (): Promise<Response> => fetch(url);
  async function deafOrThrow(): Promise<Response> {
    const response = await deaf();
    if (response.ok) return response;
    throw Object.assign(new Error(`status ${response.status}`), { response });
  }

  /** Until the late answers have come. */
  const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 250));

  for (const [what, limited] of [
    ['of an attempt', (ask: typeof deaf) => TimeLimited('40ms')(ask)],
    ['of the whole call', (ask: typeof deaf) => TimeLimited('40ms')(RetryOnTransient({ maxAttempts: 1 })(ask))],
    ['around hedges', (ask: typeof deaf) => TimeLimited('40ms')(Hedged({ after: '1s' })(ask))],
  ] as const) {
    it(`gives its socket back if it comes after the limit ${what}`, async () => {
      delays = [150];
      expect(await rejectionOf(limited(deaf)())).to.be.instanceOf(TimeLimitError);
      await later();
      await expectBusy(0);
      expect(requests).to.equal(1);
    });

    it(`gives its socket back if its error comes after the limit ${what}`, async () => {
      delays = [150];
      statuses = [400];
      expect(await rejectionOf(limited(deafOrThrow)())).to.be.instanceOf(TimeLimitError);
      await later();
      await expectBusy(0);
    });
  }

  it('gives its socket back if another attempt was faster, with a policy in between', async () => {
    delays = [150, 0];
    const response = await Hedged({ after: '20ms' })(ConcurrencyLimited({ limit: 2 })(deaf))();
    await read(response);
    await later();
    await expectBusy(0);
  });

  it('gives its socket back if its attempt failed late, and another one has won', async () => {
    delays = [150, 0];
    statuses = [503, 200];
    await read(await Hedged({ after: '20ms' })(deafOrThrow)());
    await later();
    await expectBusy(0);
  });

  it('gives its socket back if its attempt failed before another one won', async () => {
    delays = [60, 150];
    statuses = [503, 200];
    await read(await Hedged({ after: '20ms' })(deafOrThrow)());
    await expectBusy(0);
  });

  it('is the caller’s if it is in the error of the first of several attempts that failed', async () => {
    delays = [60, 100];
    statuses = [503, 500];
    const error = (await rejectionOf(Hedged({ after: '20ms' })(deafOrThrow)())) as { readonly response: Response };
    expect([requests, error.response.status]).to.deep.equal([2, 503]);
    await expectBusy(1);
    await read(error.response);
  });

  it('gives its socket back if a value answers instead', async () => {
    statuses = [503, 503, 503];
    const fallback = new Response('fallback');
    const ask = CircuitProtected({ circuit: uniqueName(), fallback, fallbackOn: 'failure' })(
      RetryOnTransient()(orThrow),
    );
    const answer = await ask();
    expect(requests).to.equal(3);
    await expectBusy(0);
    // One of its own to read, so that the next caller can read it too.
    expect([await answer.text(), fallback.bodyUsed]).to.deep.equal(['fallback', false]);
  });

  it('is left to a function that answers instead', async () => {
    statuses = [503, 503, 503];
    const fallback = async (error: unknown): Promise<Response> => {
      await read((error as { readonly response: Response }).response);
      return new Response('fallback');
    };
    const ask = CircuitProtected({ circuit: uniqueName(), fallback, fallbackOn: 'failure' })(
      RetryOnTransient()(orThrow),
    );
    expect(await (await ask()).text()).to.equal('fallback');
  });
});
