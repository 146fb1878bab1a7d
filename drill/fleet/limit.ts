import { RateLimited } from 'holdfast';
import type { Side } from './upstream.js';

/** Requests a second that the account of all processes may send. */
export const LIMIT = 80;

const EVERY_MS = 5;

class Account {
  readonly spent: Record<Side, number> = { fleet: 0, alone: 0 };

  @RateLimited({ limit: LIMIT, per: '1s', limiter: 'account' })
  fleet(): Promise<void> {
    return this.#spend('fleet');
  }

  @RateLimited({ limit: LIMIT, per: '1s', limiter: 'own account', fleet: 'off' })
  alone(): Promise<void> {
    return this.#spend('alone');
  }

  #spend(side: Side): Promise<void> {
    this.spent[side] += 1;
    return Promise.resolve();
  }
}

const refused = (): undefined => undefined;

/** Asks for more than all may have, for so long. @returns how many requests passed */
export async function spend(ms: number): Promise<Record<Side, number>> {
  const account = new Account();
  const timer = setInterval(() => {
    void account.fleet().catch(refused);
    void account.alone().catch(refused);
  }, EVERY_MS);
  await new Promise((resolve) => setTimeout(resolve, ms));
  clearInterval(timer);
  return account.spent;
}
