// After everything: permits, counters and budgets are where they were in the beginning.
import { circuit, configure, onEvent } from '../../dist/index.js';
import { RetryBudget } from '../../dist/call/retry-budget.js';
import { instantRetries } from '../../dist/testing/index.js';
import { BULKHEAD, CIRCUIT, Service } from './service.js';
import { withStatus } from './upstream.js';

/** How often as many calls fail at a time as there are permits. */
const BATCHES = 50;
const NEVER = 1_000_000;
/** More than a budget holds, so that it is empty in the end. */
const STORM = 300;

export async function aftermath(world) {
  const { upstream } = world;
  const service = new Service(upstream);
  const undo = [
    configure({
      settings: {
        retry: { maxAttempts: 2 },
        circuits: { [CIRCUIT]: { circuit: { failureThreshold: NEVER, minimumCalls: NEVER } } },
      },
    }),
    instantRetries(),
  ];
  upstream.mood = 'well';
  circuit(CIRCUIT).reset();
  for (const method of ['ask', 'answer', 'abortable']) await countPermits(service, method, world);
  for (const method of ['stream', 'leave']) await countPermits(streamsOf(service), method, world);
  await countFailures(service, world);
  await countRetries(service, world);
  for (const end of undo) end();
}

/** As many calls are let in at a time as there are permits, as many wait as there are places, and one is refused. */
async function countPermits(service, method, { upstream, clock, ledger }) {
  const { limit, queue } = BULKHEAD;
  let open;
  upstream.mood = new Promise((resolve) => (open = resolve));
  const before = upstream.begun;
  const calls = Array.from({ length: limit + queue + 1 }, () =>
    service[method]().then(
      () => 0,
      () => 1,
    ),
  );
  await new Promise((resolve) => setImmediate(resolve));
  ledger.compare('virtual time: permits missing afterwards', upstream.begun - before, limit);
  upstream.mood = 'well';
  open('answer');
  // Where permits are missing, those in the queue wait in vain.
  await clock.advance(BULKHEAD.maxQueueWait);
  const refused = (await Promise.all(calls)).reduce((sum, one) => sum + one, 0);
  ledger.compare('virtual time: places in queues missing afterwards', refused, 1);
}

function streamsOf(service) {
  const read = async (stream) => {
    for await (const _ of stream);
  };
  return { stream: () => read(service.stream()), leave: () => read(service.leave()) };
}

/** Every call that was let through has one outcome: those that failed count once, the others not at all. */
async function countFailures(service, { upstream, clock, ledger }) {
  const failures = () => circuit(CIRCUIT).snapshot().failures;
  const undo = configure({ settings: { retry: { maxAttempts: 1 } } });
  let calls = 0;
  upstream.mood = async () => {
    calls += 1;
    throw calls % 2 === 0 ? withStatus(503) : calls % 4 === 1 ? withStatus(400) : new RangeError('a bug');
  };
  for (let batch = 0; batch < BATCHES; batch++) {
    await Promise.all(Array.from({ length: BULKHEAD.limit }, () => endOf(service.ask(), clock)));
  }
  ledger.compare('virtual time: failures that a circuit miscounted', failures(), (BATCHES * BULKHEAD.limit) / 2);
  upstream.mood = 'well';
  undo();
  await endOf(service.ask(), clock);
  ledger.compare('virtual time: failures that a circuit miscounted', failures(), 0);
}

/** A budget that has had time to fill up allows as many retries as one that is new. */
async function countRetries(service, { upstream, clock, ledger }) {
  await clock.advance('1m');
  let retries = 0;
  const ignore = onEvent(({ type }) => (retries += type === 'retry_scheduled' ? 1 : 0));
  const model = new RetryBudget();
  let expected = 0;
  upstream.mood = 'down';
  for (let call = 0; call < STORM; call++) {
    await endOf(service.ask(), clock);
    model.earn();
    if (model.take(clock.now())) expected += 1;
  }
  upstream.mood = 'well';
  ignore();
  ledger.compare('virtual time: retries that a budget miscounted', retries, expected);
}

/** Waits for a call that needs no time, and gives it time if something that it waits for is missing. */
async function endOf(call, clock) {
  let isOver = false;
  const over = () => (isOver = true);
  call.then(over, over);
  await clock.advance('0ms');
  if (!isOver) await clock.advance('1m');
}
