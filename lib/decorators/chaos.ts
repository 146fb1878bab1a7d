import type { Site } from '../call/site.js';
import type { ResolvedOf } from '../core/field.js';
import type { chaosFields } from '../policies/chaos/options.js';
import { type ChaosRules, chaosRules } from '../policies/chaos/rules.js';
import { layers } from '../runtime/runtime.js';
import { refuse } from '../settings/load.js';
import { problemsFor } from '../settings/problems.js';
import { valuesIn } from '../settings/resolve.js';
import { type Decoration, namesOf, type Owned } from './decoration.js';

/** What a method last said about chaos, so that it says it once. */
interface Told {
  rules: string | undefined;
}

/**
 * The chaos that settings ask for in this method. Emitted when it becomes effective.
 * @throws {ConfigurationError} for wrong settings of chaos, if the variable allows it
 */
export function chaosOf(stack: readonly Decoration[], site: Site, owned: Owned): ChaosRules | undefined {
  const current = layers();
  const told = owned.once('chaos', (): Told => ({ rules: undefined }));
  // Whatever files and code say, nothing happens without the variable.
  if (current.loaded.environment.chaos?.enabled !== true) {
    told.rules = undefined;
    return undefined;
  }
  const names = namesOf(stack, site.method);
  refuse(problemsFor(current, { groups: new Set(['chaos']), ...names }));
  const values = valuesIn(current, names, { group: 'chaos', options: {} }) as ResolvedOf<typeof chaosFields>;
  const now = site.clock.now();
  const rules = chaosRules(values, now);
  const text = rules && JSON.stringify(rules);
  if (rules && told.rules !== text) tell(rules, site, now);
  told.rules = text;
  return rules;
}

function tell({ rate, fault, latencyMs, endsAt }: ChaosRules, { channel, method }: Site, now: number): void {
  channel('chaos_started').audience(now)?.({
    type: 'chaos_started',
    method,
    rate,
    ...(fault && { fault }),
    ...(latencyMs > 0 && { waitMs: latencyMs }),
    ...(Number.isFinite(endsAt) && { leftMs: endsAt - now }),
  });
}
