/** Phrases that readers who learnt English late stumble over, and what to write. */
export const INSTEAD: readonly (readonly [phrase: RegExp, write: string])[] = [
  [/\bwhere nothing is said\b|\bof which nothing is said\b/i, 'if unset'],
  [/(?:^|\n)(?:- )?Of (?:a|an|the) /, 'For streams, …'],
  [/\b(?:is|are) told of\b|\btells? of\b/i, 'emits, logs, reports'],
  [/\b(?:it|what (?:it|they)) comes? to\b|\bwhat became of\b/i, 'outcome, results in'],
  [/\bgo(?:es)? by (?:its|their|the|those|that)\b/i, 'uses'],
  [/\bin (?:the )?place of\b/i, 'instead of, replaces'],
  [/\bheed(?:s|ed|ing)?\b/i, 'listens to, follows'],
  [/\bnought\b|\bis no \w+ of\b/i, '0, is not'],
  [/\bthe call is turned away\b|\bturned away\b/i, 'rejects the call'],
];

/** Further phrases that comments and messages of the code must not hold. */
export const INSTEAD_IN_CODE: readonly (readonly [phrase: RegExp, write: string])[] = [
  ...INSTEAD,
  [/\b(?:is|are) told\b/i, 'gets, emits, reports'],
  [/\bwhat (?:is|are) no\b|\bthat (?:is|are) none\b/i, 'anything that is not an X, invalid'],
  [/\bon the terms\b/i, 'admission'],
  [/\bwhoever\b/i, 'the caller, the listener, …'],
  [/\bfor ever\b/i, 'endlessly, permanently'],
  [/\bdear\b/i, 'expensive'],
  [/\bmends?\b/i, 'help, repair'],
  [/\bfurther (?:in|out)\b/i, 'inner, outer'],
  [/\bas problems for people\b/i, 'messages about …'],
];

/** What is wrong in a text: each phrase that it holds, and what to write. */
export function wrongPhrasesIn(text: string, phrases: typeof INSTEAD): readonly string[] {
  return phrases.flatMap(([phrase, write]) => {
    const [match] = phrase.exec(text) ?? [];
    return match === undefined ? [] : [`"${match.trim()}": write ${write}`];
  });
}
