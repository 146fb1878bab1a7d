import type { FailureKind } from '../../core/failure.js';

/** Kinds by word. Looking up undefined is allowed. */
export type Kinds = ReadonlyMap<string | undefined, FailureKind>;

/** Builds a table from space-separated words for each kind. */
export function kindsOf(lines: Readonly<Partial<Record<FailureKind, string>>>): Kinds {
  return new Map(
    Object.entries(lines).flatMap(([kind, words]) => words.split(/\s+/).map((word) => [word, kind as FailureKind])),
  );
}

/** Builds a table from a list of texts for each kind. */
export function kindsOfTexts(lines: Readonly<Partial<Record<FailureKind, readonly string[]>>>): Kinds {
  return new Map(Object.entries(lines).flatMap(([kind, texts]) => texts.map((text) => [text, kind as FailureKind])));
}
