/** Words of nearly every English sentence. If they counted, every passage would seem relevant. */
const STOP_WORDS = new Set(
  (
    'a an and are as at be been but by can could did do does for from had has have how i if in into is it its me my ' +
    'not of on or our she he so than that the their them then there these they this those to was we were what when ' +
    'where which who whom whose why will with would you your'
  ).split(' '),
);

/** The words of a text in lower case, without accents and without the plural `s`. */
export function wordsOf(text: string): string[] {
  return rawWordsOf(text).map(singular);
}

/** The distinct words of a text without stop words. */
export function keywordsOf(text: string): Set<string> {
  return new Set(
    rawWordsOf(text)
      .filter((word) => !STOP_WORDS.has(word))
      .map(singular),
  );
}

function rawWordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

function singular(word: string): string {
  return word.length > 3 ? word.replace(/s$/, '') : word;
}
