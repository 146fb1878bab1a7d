import { keywordsOf } from './words.js';

/** The longest answer, in sentences. */
const MAX_SENTENCES = 3;

/** The answer if no sentence of the context shares a word with the question. */
const NO_MATCH = 'The given context says nothing about that.';

/**
 * Answers a question with the sentences of the context that share most words with it, in the context's order. The
 * same question and context always give the same answer.
 */
export function answerFromContext(question: string, context: readonly string[]): string {
  const questionWords = keywordsOf(question);
  const scored = [...new Set(context.flatMap(sentencesOf))].map((sentence) => ({
    sentence,
    shared: [...keywordsOf(sentence)].filter((word) => questionWords.has(word)).length,
  }));
  const most = scored.reduce((best, { shared }) => Math.max(best, shared), 0);
  if (most === 0) return NO_MATCH;
  return scored
    .filter(({ shared }) => shared === most)
    .slice(0, MAX_SENTENCES)
    .map(({ sentence }) => sentence)
    .join(' ');
}

/**
 * Splits at line ends and after sentence marks, never inside a number, and removes list marks such as `[1]` and `-`.
 */
function sentencesOf(text: string): string[] {
  return text
    .split(/\n+|(?<=[.!?])\s+/)
    .map((sentence) => sentence.replace(/^\s*(?:[-*•]|\[\d+\]|\d+[.)])\s+/, '').trim())
    .filter((sentence) => sentence !== '');
}
