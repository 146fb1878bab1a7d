import type { MethodContext } from '../call/method-context.js';
import type { ResolvedOf } from '../core/field.js';
import type { chaosFields } from '../policies/chaos/options.js';
import { type ChaosRules, chaosRules } from '../policies/chaos/rules.js';
import { layers } from '../runtime/runtime.js';
import { refuse } from '../settings/load.js';
import { problemsFor } from '../settings/problems.js';
import { valuesIn } from '../settings/resolve.js';
import { type Decoration, namesOf, type Owned } from './decoration.js';

/** The rules that a method emitted last: it emits them only when they change. */
interface Emitted {
  rules: string | undefined;
}

/**
 * The chaos rules in effect for this method; undefined for none. Emits `chaos_started` when they change.
 * @throws {ConfigurationError} for wrong settings of chaos, if the environment variable allows chaos
 */
export function chaosOf(stack: readonly Decoration[], context: MethodContext, owned: Owned): ChaosRules | undefined {
  const current = layers();
  const emitted = owned.once('chaos', (): Emitted => ({ rules: undefined }));
  // Neither files nor code can allow chaos: only the environment variable can.
  if (current.loaded.environment.chaos?.enabled !== true) {
    emitted.rules = undefined;
    return undefined;
  }
  const names = namesOf(stack, context.method);
  refuse(problemsFor(current, { groups: new Set(['chaos']), ...names }));
  const values = valuesIn(current, names, { group: 'chaos', options: {} }) as ResolvedOf<typeof chaosFields>;
  const now = context.clock.now();
  const rules = chaosRules(values, now);
  const text = rules && JSON.stringify(rules);
  if (rules && emitted.rules !== text) emit(rules, context, now);
  emitted.rules = text;
  return rules;
}

function emit({ rate, fault, latencyMs, endsAt }: ChaosRules, { channel, method }: MethodContext, now: number): void {
  channel('chaos_started').audience(now)?.({
    type: 'chaos_started',
    method,
    rate,
    ...(fault && { fault }),
    ...(latencyMs > 0 && { waitMs: latencyMs }),
    ...(Number.isFinite(endsAt) && { leftMs: endsAt - now }),
  });
}
