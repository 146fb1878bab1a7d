import { expect } from 'chai';
import { classify } from '#lib/failures/classify.js';
import type { FailureKind } from '#lib/index.js';

/** The moment of every example. */
export const NOW = Date.parse('2026-11-23T12:00:00Z');

export type Example = readonly [what: string, error: unknown, kind: FailureKind];

/** An error with these properties. */
export function failed(properties: object, message = 'secret'): Error {
  return Object.assign(new Error(message), properties);
}

/** An error of a class of this name, whose own `name` is "Error". */
export function ofClass(className: string, properties: object = {}, message = 'secret'): Error {
  const made = { [className]: class extends Error {} }[className] as new (message: string) => Error;
  return Object.assign(new made(message), properties);
}

/** What clients hold as metadata or headers. */
export const metadata = (entries: Readonly<Record<string, unknown>>): object => ({
  get: (name: string) => (name in entries ? [entries[name]] : []),
});

export function checks(examples: readonly Example[]): void {
  for (const [what, error, kind] of examples) {
    it(`classifies ${what} as ${kind}`, () => {
      expect(classify(error, NOW).kind).to.equal(kind);
    });
  }
}
