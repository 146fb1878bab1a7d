import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import OpenAI from 'openai';
import OpenAI7 from 'openai-7';
import { CircuitProtected, circuit, configure, onEvent, type ResilienceEvent, RetryOnTransient } from '#lib/index.js';
import { rejectionOf, uniqueName } from '../support/upstream.js';

const LIMIT_MS = 100;

/** A method's own time limit: the signal, and what ends its timer. */
function ownLimit(caller: AbortSignal | undefined): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, LIMIT_MS);
  caller?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', abort);
    },
  };
}

type Ask = (url: string, caller?: AbortSignal) => Promise<unknown>;

async function inTime(caller: AbortSignal | undefined, run: (signal: AbortSignal) => Promise<unknown>) {
  const { signal, end } = ownLimit(caller);
  try {
    return await run(signal);
  } finally {
    end();
  }
}

const MESSAGES = { model: 'gpt-5-mini', messages: [{ role: 'user' as const, content: '?' }] };

/** Clients whose error says that somebody aborted, not who. */
const CLIENTS: Readonly<Record<string, Ask>> = {
  fetch: (url, caller) => inTime(caller, (signal) => fetch(url, { signal })),
  'the SDK of OpenAI 6': (url, caller) =>
    inTime(caller, (signal) =>
      new OpenAI({ apiKey: 'none', baseURL: url, maxRetries: 0 }).chat.completions.create(MESSAGES, { signal }),
    ),
  'the SDK of OpenAI 7': (url, caller) =>
    inTime(caller, (signal) =>
      new OpenAI7({ apiKey: 'none', baseURL: url, maxRetries: 0 }).chat.completions.create(MESSAGES, { signal }),
    ),
  // As the SDK of Google wraps it.
  'a client that throws an error of its own around the abort': (url, caller) =>
    inTime(caller, async (signal) => {
      try {
        return await fetch(url, { signal });
      } catch (cause) {
        throw new Error('exception AbortError: This operation was aborted sending request', { cause });
      }
    }),
};

describe("A method's own time limit, against a server that is silent", () => {
  let server: Server;
  let url = '';
  let requests = 0;
  let arrived: (() => void) | undefined;
  const events: ResilienceEvent[] = [];
  const undo: (() => void)[] = [];

  before(async () => {
    server = createServer(() => {
      requests += 1;
      arrived?.();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
    undo.push(
      configure({ settings: { log: { level: 'silent' }, retry: { minWait: '1ms', maxWait: '2ms' } } }),
      onEvent((event) => void events.push(event)),
    );
  });

  beforeEach(() => {
    requests = 0;
    arrived = undefined;
    events.length = 0;
  });

  after(async () => {
    for (const end of undo) end();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  for (const [what, ask] of Object.entries(CLIENTS)) {
    const guarded = (name: string): Ask => CircuitProtected({ circuit: name })(RetryOnTransient()(ask));

    for (const [whose, signal] of [
      ['without a signal of the caller', undefined],
      ["with the caller's signal", new AbortController().signal],
    ] as const) {
      it(`is a timeout of ${what}, repeated and counted, ${whose}`, async () => {
        const name = uniqueName();
        const error = await rejectionOf(guarded(name)(url, signal));
        expect(error).to.be.instanceOf(Error);
        expect(requests).to.equal(3);
        expect(circuit(name).snapshot().failures).to.equal(1);
        const told = events.map((event) => [event.type, 'kind' in event && event.kind]);
        expect(told).to.deep.equal([
          ['retry_scheduled', 'timeout'],
          ['retry_scheduled', 'timeout'],
          ['retry_gave_up', 'timeout'],
          ['call_failed', 'timeout'],
        ]);
      });
    }

    it(`is none of ${what} if the caller aborts: one request, the caller's reason, at debug`, async () => {
      const name = uniqueName();
      const controller = new AbortController();
      arrived = () => controller.abort('left');
      expect(await rejectionOf(guarded(name)(url, controller.signal))).to.equal('left');
      expect(requests).to.equal(1);
      expect(circuit(name).snapshot().failures).to.equal(0);
      expect(events.filter(({ type }) => type === 'retry_gave_up')).to.have.lengthOf(1);
      expect(events[0]).to.include({ type: 'retry_gave_up', kind: 'cancelled', reason: 'aborted' });
    });
  }
});
