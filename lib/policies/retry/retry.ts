import type { RetryBudget } from '../../core/budget.js';
import type { Admission, Call, Next, NextStream, OnSuccess, Policy, Stream } from '../../core/call.js';
import { type Failure, factsOf } from '../../core/failure.js';
import { isConsumers, relay } from '../../core/relay.js';
import type { Site } from '../../core/site.js';
import { classify } from '../../failures/classify.js';
import type { RetryRules } from './rules.js';
import { lead, leadStream } from './leading.js';
import type { Multiplied } from './multiplied.js';
import { type Outcome, RetrySequence } from './sequence.js';
import { NEVER, thisMoment } from './spent.js';

/** A value that came but was not wanted (`retryOnResult`) has no error to classify. */
const UNWANTED: Failure = Object.freeze({ kind: 'malformed', transient: false });

/** Repeats a call while it fails transiently. */
export function retry(site: Site, rules: RetryRules, multiplied: Multiplied): Policy {
  const { retryOn, retryOnResult, nested } = rules;

  /** What went wrong, where another attempt may mend it. */
  const repeatable = (outcome: Outcome): Failure | undefined => {
    if ('value' in outcome) return retryOnResult?.(outcome.value) ? UNWANTED : undefined;
    const failure = classify(outcome.error, site.clock.now());
    return retryOn(failure, outcome.error) ? failure : undefined;
  };

  /** The same, but the caller's reason is thrown when he has aborted: whatever failed then failed because of that. */
  const repeatableFor = (outcome: Outcome, sequence: RetrySequence): Failure | undefined => {
    if ('error' in outcome) sequence.throwIfAborted(() => classify(outcome.error, site.clock.now()));
    return repeatable(outcome);
  };

  // Of a first attempt nobody notes when it began: what retries within it gave up on is seen from the second on.
  const repeat = async (first: Outcome, call: Call, next: Next, since = NEVER): Promise<unknown> => {
    const sequence = new RetrySequence(site, rules, multiplied, call, since);
    let outcome = first;
    let failure = repeatableFor(outcome, sequence);
    while (failure && (await sequence.mayRepeat(failure, outcome))) {
      outcome = await next(call.self, call.args, call).then(toValue, toError);
      failure = repeatableFor(outcome, sequence);
    }
    if ('error' in outcome) throw outcome.error;
    if (!failure) sequence.succeed();
    return outcome.value;
  };

  const budgetOf = ({ circuit }: Admission): RetryBudget => circuit?.budget ?? site.budget;

  const succeed = (admission: Admission): OnSuccess => {
    const budget = budgetOf(admission);
    return (value) => {
      budget.earn();
      return value;
    };
  };

  const review = async (value: unknown, call: Call, next: Next, since = NEVER): Promise<unknown> => {
    if (retryOnResult?.(value)) return repeat({ value }, call, next, since);
    budgetOf(call.admission).earn();
    return value;
  };

  /** Only who asks for one of several retries pays for it. */
  const repeatAlone = (call: Call, next: Next): Promise<unknown> => {
    const since = thisMoment();
    const attempt: Next = nested === 'outer-only' ? (self, args, known) => lead(() => next(self, args, known)) : next;
    return attempt(call.self, call.args, call).then(
      (value) => review(value, call, attempt, since),
      (error) => repeat({ error }, call, attempt, since),
    );
  };

  return {
    ...(retryOnResult ? { review: (value, call, next) => review(value, call, next) } : { succeed }),
    fail: (error, call, next) => repeat({ error }, call, next),
    ...(nested !== 'multiply' && { around: repeatAlone }),
    stream:
      nested === 'outer-only' ? (call, next) => repeatStream(call, (known) => leadStream(next(known))) : repeatStream,
    meet: (self) => multiplied.noticeClients(site, rules.maxAttempts, self),
  };

  /** Until the first chunk is handed over, a stream fails like any other call; after it there is no way back. */
  async function* repeatStream(call: Call, next: NextStream): Stream {
    let sequence: RetrySequence | undefined;
    const since = thisMoment();
    for (;;) {
      let chunks = 0;
      let left = false;
      try {
        const result = yield* relay(
          next(call),
          () => {
            chunks += 1;
          },
          () => {
            left = true;
          },
        );
        if (sequence) sequence.succeed();
        else budgetOf(call.admission).earn();
        return result;
      } catch (error) {
        if (chunks > 0) {
          call.aborted ||= rules.signalOf(call.args)?.aborted === true;
          const failure = call.aborted || isConsumers(left, call) ? undefined : repeatable({ error });
          if (failure) tellBroken(failure, call, chunks);
          throw error;
        }
        sequence ??= new RetrySequence(site, rules, multiplied, call, since);
        const failure = repeatableFor({ error }, sequence);
        if (!failure || !(await sequence.mayRepeat(failure, { error }))) throw error;
      }
    }
  }

  function tellBroken(failure: Failure, { admission: { circuit } }: Call, chunks: number): void {
    site.channel('stream_broken').audience(site.clock.now())?.({
      type: 'stream_broken',
      method: site.method,
      ...(circuit && { circuit: circuit.name }),
      chunks,
      ...factsOf(failure),
    });
  }
}

const toValue = (value: unknown): Outcome => ({ value });
const toError = (error: unknown): Outcome => ({ error });
