import { largest } from '../core/extremes.js';
import { shared } from '../core/shared.js';
import { Limiter } from '../policies/limiter/limiter.js';
import type { LimiterRules } from '../policies/limiter/pace.js';
import { Registry } from './registry.js';
import { runtime } from './runtime.js';

const known = shared('runtime.limiters', () => new Registry<Limiter>());

/** The limiter that all methods with this name for it share. It uses the latest rules, and keeps its debt. */
export function limiterNamed(name: string, rules: LimiterRules): Limiter {
  const limiter = known.named(name, () => introduced({ name, limiter: new Limiter(rules), kind: 'shared' }));
  limiter.change(rules, runtime.clock.now());
  return limiter;
}

/** A limiter that belongs to one method. */
export function ownLimiter(method: string, rules: LimiterRules): Limiter {
  return known.own(method, introduced({ name: method, limiter: new Limiter(rules), kind: 'own' }));
}

/** A limiter, and its owner: shared by name, or the method's own. */
export interface LimiterIntroduction {
  readonly name: string;
  readonly limiter: Limiter;
  readonly kind: 'shared' | 'own';
}

const watchers = shared('runtime.limiterWatchers', () => new Set<(introduction: LimiterIntroduction) => void>());

/** Calls `watcher` for every existing limiter, and for each new one. @returns a function that stops it */
export function watchLimiters(watcher: (introduction: LimiterIntroduction) => void): () => void {
  for (const name of known.names)
    for (const { made, isNamed } of known.listed(name))
      watcher({ name, limiter: made, kind: isNamed ? 'shared' : 'own' });
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function introduced(introduction: LimiterIntroduction): Limiter {
  for (const watcher of watchers) watcher(introduction);
  return introduction.limiter;
}

/** The state of all limiters with one name together. */
export interface LimiterState {
  readonly limiter: string;
  /** Calls that wait, over all keys. */
  readonly waiting: number;
  /** Calls that have been rejected. */
  readonly refused: number;
  /** Milliseconds until a call of one unit may pass, for the key with the longest wait. */
  readonly retryAfterMs: number;
}

/** Every limiter that has been used. Does not show keys. */
export function limiterStates(): LimiterState[] {
  const now = runtime.clock.now();
  return known.names.map((name) => {
    const limiters = known.of(name);
    return {
      limiter: name,
      waiting: limiters.reduce((sum, { waiting }) => sum + waiting, 0),
      refused: limiters.reduce((sum, { rejected }) => sum + rejected, 0),
      retryAfterMs: largest(
        limiters.map((each) => each.retryAfterMs(now)),
        0,
      ),
    };
  });
}
