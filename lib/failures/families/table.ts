import type { FailureKind } from '../../core/failure.js';

/** Kinds by a word, which may be asked for if there is none. */
export type Kinds = ReadonlyMap<string | undefined, FailureKind>;

/** A table of kinds from lines of words. */
export function kindsOf(lines: Readonly<Partial<Record<FailureKind, string>>>): Kinds {
  return new Map(
    Object.entries(lines).flatMap(([kind, words]) => words.split(/\s+/).map((word) => [word, kind as FailureKind])),
  );
}

/** The same for texts with spaces: one text a line. */
export function kindsOfTexts(lines: Readonly<Partial<Record<FailureKind, readonly string[]>>>): Kinds {
  return new Map(Object.entries(lines).flatMap(([kind, texts]) => texts.map((text) => [text, kind as FailureKind])));
}
