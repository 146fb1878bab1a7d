import type { Site } from '../../call/site.js';
import { retriesShownBy } from '../../failures/others-retries.js';
import { clientsOf } from './clients.js';
import type { Layer } from './spent.js';

/** Looks for clients that repeat by themselves. One costs as much as all else of a failed attempt. */
const LOOKS = 100;

/** Tells of what retries within a retried method, of each once. Lives as long as the method. */
export class Multiplied {
  readonly #told = new WeakSet<object>();
  #looks = 0;

  /** The method itself, as those further out see it. */
  layer(name: string, attempts: number): Layer {
    return { identity: this, name, attempts };
  }

  /** Tells of the clients with retries of their own that the object of a call holds. */
  noticeClients(site: Site, attempts: number, self: unknown): void {
    if (attempts === 1 || self === undefined || self === null || this.#looks > LOOKS) return;
    this.#looks += 1;
    for (const client of clientsOf(self)) this.tell(site, attempts, [client]);
  }

  /** Tells of a client that has repeated by itself, as its error shows. Only early failures of a method are looked at. */
  noticeError(site: Site, attempts: number, error: unknown): void {
    if (this.#looks > LOOKS) return;
    const shown = retriesShownBy(error);
    if (shown) this.tell(site, attempts, [shown]);
  }

  /** Tells of what a call came back from, outermost first. Only for a method that makes more than one attempt. */
  tell(site: Site, attempts: number, within: readonly Layer[]): void {
    const [next] = within;
    if (!next || this.#told.has(next.identity)) return;
    const audience = site.channel('retries_multiplied').audience(site.clock.now());
    // If nobody listens now, the event is emitted for whoever listens later.
    if (!audience) return;
    this.#told.add(next.identity);
    const layers = [this.layer(site.method, attempts), ...within];
    const requests = layers.reduce((product, layer) => product * layer.attempts, 1);
    const calls = layers.map((layer) => `${layer.name} (${layer.attempts})`).join(' calls ');
    const product = layers.map((layer) => layer.attempts).join(' x ');
    audience({
      type: 'retries_multiplied',
      method: site.method,
      requests,
      reason:
        `attempts multiply: ${calls}, so one call may send ${product} = ${requests} requests; ` +
        `write ${next.instead ?? insteadOfMethod(site.method)}`,
    });
  }
}

function insteadOfMethod(method: string): string {
  return `@RetryOnTransient({ nested: 'outer-only' }) or 'inner-only' on ${method}, or let only one of them retry`;
}
