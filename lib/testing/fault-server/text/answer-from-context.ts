import { keywordsOf } from './words.js';

/** More would be a recital, not an answer. */
const MOST_SENTENCES = 3;

/** What the server answers when no sentence of the context shares a word with the question. */
const NOTHING_FITS = 'The given context says nothing about that.';

/**
 * Answers a question with the sentences of the context that share most words with it, in the context's order. The
 * same question and context always give the same answer.
 */
export function answerFromContext(question: string, context: readonly string[]): string {
  const asked = keywordsOf(question);
  const scored = [...new Set(context.flatMap(sentencesOf))].map((sentence) => ({
    sentence,
    shared: [...keywordsOf(sentence)].filter((word) => asked.has(word)).length,
  }));
  const most = scored.reduce((best, { shared }) => Math.max(best, shared), 0);
  if (most === 0) return NOTHING_FITS;
  return scored
    .filter(({ shared }) => shared === most)
    .slice(0, MOST_SENTENCES)
    .map(({ sentence }) => sentence)
    .join(' ');
}

/** Splits at line ends and behind sentence marks, never inside a number, and drops list marks such as `[1]` and `-`. */
function sentencesOf(text: string): string[] {
  return text
    .split(/\n+|(?<=[.!?])\s+/)
    .map((sentence) => sentence.replace(/^\s*(?:[-*•]|\[\d+\]|\d+[.)])\s+/, '').trim())
    .filter((sentence) => sentence !== '');
}
