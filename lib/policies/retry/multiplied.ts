import type { MethodContext } from '../../call/method-context.js';
import { retriesShownBy } from '../../failures/others-retries.js';
import { clientsOf } from './clients.js';
import type { Layer } from './spent.js';

/**
 * How often a method looks for clients that retry themselves. One look costs as much as the rest of a failed attempt.
 */
const MAX_LOOKS = 100;

/**
 * Emits `retries_multiplied` for everything that retries inside a retried method, once each. Lives as long as the
 * method.
 */
export class Multiplied {
  readonly #emitted = new WeakSet<object>();
  #looks = 0;

  /** The method itself, as outer retries see it. */
  layer(name: string, attempts: number): Layer {
    return { identity: this, name, attempts };
  }

  /** Emits for the clients with retries that the call's object holds. */
  noticeClients(context: MethodContext, attempts: number, self: unknown): void {
    if (attempts === 1 || self === undefined || self === null) return;
    for (const client of clientsOf(self)) this.emit(context, attempts, [client]);
  }

  /** The same after a failed call; only for the first failures of a method. */
  noticeAgain(context: MethodContext, attempts: number, self: unknown): void {
    this.#looks += 1;
    if (this.#looks <= MAX_LOOKS) this.noticeClients(context, attempts, self);
  }

  /** Emits for a client whose error shows that it has retried. Only for the first failures of a method. */
  noticeError(context: MethodContext, attempts: number, error: unknown): void {
    if (this.#looks > MAX_LOOKS) return;
    const shown = retriesShownBy(error);
    if (shown) this.emit(context, attempts, [shown]);
  }

  /** Emits for the inner layers that retried, outermost first. Only for a method that makes more than one attempt. */
  emit(context: MethodContext, attempts: number, within: readonly Layer[]): void {
    const [next] = within;
    if (!next || this.#emitted.has(next.identity)) return;
    const audience = context.channel('retries_multiplied').audience(context.clock.now());
    // Without an audience it is not marked as emitted, so that a later call emits it.
    if (!audience) return;
    this.#emitted.add(next.identity);
    const layers = [this.layer(context.method, attempts), ...within];
    const requests = layers.reduce((product, layer) => product * layer.attempts, 1);
    const calls = layers.map((layer) => `${layer.name} (${layer.attempts})`).join(' calls ');
    const product = layers.map((layer) => layer.attempts).join(' x ');
    audience({
      type: 'retries_multiplied',
      method: context.method,
      requests,
      reason:
        `attempts multiply: ${calls}, so one call may send ${product} = ${requests} requests; ` +
        `write ${next.instead ?? insteadOfMethod(context.method)}`,
    });
  }
}

function insteadOfMethod(method: string): string {
  return `@RetryOnTransient({ nested: 'outer-only' }) or 'inner-only' on ${method}, or let only one of them retry`;
}
