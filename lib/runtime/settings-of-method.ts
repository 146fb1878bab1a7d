import { settingsIn } from '../settings/resolve.js';
import type { CountedMethod } from './counted.js';
import { layers } from './runtime.js';

/** One decorator of a method, with each setting and its layer. */
export interface PolicySettings {
  readonly policy: string;
  readonly settings: Readonly<Record<string, { readonly value: unknown; readonly source: string }>>;
}

/** The settings in effect of each decorator of a method, outermost first. Throws while settings are wrong. */
export function settingsOfMethod({ decorators }: CountedMethod): readonly PolicySettings[] {
  const { names, policies } = decorators();
  const current = layers();
  return policies.map(({ policy, resolvable }) => ({ policy, settings: settingsIn(current, names, resolvable) }));
}
