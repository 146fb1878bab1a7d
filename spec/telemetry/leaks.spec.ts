import { expect } from 'chai';
import fc from 'fast-check';
import {
  CircuitOpenError,
  CircuitProtected,
  classify,
  configure,
  type LogEntry,
  onEvent,
  type ResilienceEvent,
  RetryOnTransient,
} from '#lib/index.js';
import { virtualTime } from '../support/virtual-time.js';

/** Looks like what must never be told: a prompt, a key, an organisation, a cookie, a URL with a password. */
const SECRETS = [
  'What does my contract with ACME say?',
  'sk-proj-4eC39HqLyjWDarjtT1zdp7dc',
  'org-acme-secret',
  'session=s3cr3t; HttpOnly',
  'https://user:p4ssw0rd@proxy.internal/v1',
  'ANSWER-OF-THE-MODEL',
];

const WHITELIST = [
  ...[
    'level',
    'message',
    'method',
    'circuit',
    'attempt',
    'maxAttempts',
    'waitMs',
    'elapsedMs',
    'kind',
    'errorName',
    'status',
    'code',
  ],
  ...['errno', 'requestId', 'retryAfterMs', 'state', 'by', 'reason', 'count', 'attempts', 'durationMs', 'fields'],
];

const secret = fc.constantFrom(...SECRETS);
const headers = fc.dictionary(
  fc.constantFrom('x-request-id', 'set-cookie', 'retry-after', 'openai-organization', 'x-should-retry'),
  secret,
);

/** An error with a secret wherever an upstream or a client can put one. */
const leaky: fc.Arbitrary<object> = fc.letrec<{ error: object }>((tie) => ({
  error: fc
    .record(
      {
        message: secret,
        name: secret,
        stack: secret,
        status: fc.constantFrom(400, 401, 429, 500, 503, undefined),
        code: fc.oneof(secret, fc.constantFrom('ECONNRESET', 'server_error', 'insufficient_quota')),
        type: secret,
        param: secret,
        requestID: secret,
        error: fc.record({ message: secret }),
        headers: fc.oneof(
          headers,
          headers.map((plain) => new Map(Object.entries(plain))),
        ),
        request: fc.record({ body: secret, url: secret }),
        config: fc.record({ data: secret }),
        cause: fc.oneof({ maxDepth: 2 }, fc.constant(undefined), tie('error')),
        errors: fc.oneof({ maxDepth: 2 }, fc.constant(undefined), fc.array(tie('error'), { maxLength: 2 })),
      },
      { requiredKeys: ['message', 'status', 'code'] },
    )
    .chain((places) =>
      fc
        .constantFrom(Error, TypeError, SyntaxError, Object)
        .map((Make) => Object.assign(new Make(places.message), places)),
    ),
})).error;

describe('Content', () => {
  const world = virtualTime();

  it('never reaches a log entry, an event, a failure or an error of ours', async function () {
    this.timeout(20_000);
    await fc.assert(
      fc.asyncProperty(leaky, secret, fc.boolean(), async (error, question, streams) => {
        const entries: LogEntry[] = [];
        const events: ResilienceEvent[] = [];
        const own: unknown[] = [];
        class Service {
          @CircuitProtected({
            failureThreshold: 1,
            fallback: (refusal: unknown) => void own.push(refusal),
            fallbackOn: 'failure',
          })
          @RetryOnTransient({ maxAttempts: 2 })
          async ask(_question: string): Promise<void> {
            throw error;
          }

          @CircuitProtected({ failureThreshold: 1 })
          @RetryOnTransient({ maxAttempts: 2 })
          async *stream(asked: string): AsyncGenerator<string> {
            yield asked;
            throw error;
          }
        }
        const undo = [
          configure({ logger: { log: (entry) => entries.push(entry) } }),
          onEvent((event) => events.push(event)),
        ];
        const service = new Service();
        for (let i = 0; i < 3; i++) {
          const asked = (async () => {
            if (!streams) return service.ask(question);
            for await (const _ of service.stream(question));
          })().catch((thrown) => thrown instanceof CircuitOpenError && own.push(thrown));
          await world.clock.advance('30s');
          await asked;
        }
        for (const end of undo) end();
        own.splice(0, own.length, ...own.filter((thrown) => thrown !== error));
        const told = [
          entries,
          events,
          classify(error),
          own.map((one) => [String(one), JSON.stringify(one), (one as Error).stack]),
        ];
        const text = JSON.stringify(told);
        for (const each of SECRETS) expect(text).not.to.contain(each);
        for (const entry of entries) expect(WHITELIST).to.include.members(Object.keys(entry));
      }),
      { numRuns: 150 },
    );
  });
});
