import { wordsOf } from './words.js';

/** Parts of words count less than whole words, but they make "retry" similar to "retries". */
const GRAM_WEIGHT = 0.4;
const GRAM_LENGTH = 3;

/**
 * A unit vector of 32-bit floats in which texts that share words are near each other: feature hashing with signs
 * (Weinberger et al. 2009, https://arxiv.org/abs/0902.2206) of words and of their letter triples.
 */
export function embed(text: string, dimensions: number): Float32Array {
  const sums = new Float64Array(dimensions);
  const add = (feature: string, weight: number): void => {
    const hashed = hash(feature);
    // The lowest bit is the sign, the others are the index: one hash suffices for both.
    const index = (hashed >>> 1) % dimensions;
    sums[index] = (sums[index] ?? 0) + (hashed & 1 ? weight : -weight);
  };
  for (const word of wordsOf(text)) {
    add(word, 1);
    const padded = ` ${word} `;
    for (let at = 0; at + GRAM_LENGTH <= padded.length; at++) add(padded.slice(at, at + GRAM_LENGTH), GRAM_WEIGHT);
  }
  // A text without a word, such as "?!", would give the zero vector, which has no direction.
  if (sums.every((sum) => sum === 0)) add(`text:${text}`, 1);
  const length = Math.sqrt(sums.reduce((total, sum) => total + sum * sum, 0));
  return Float32Array.from(sums, (sum) => sum / length);
}

/**
 * FNV-1a over UTF-16 units, then MurmurHash3's finaliser, because with FNV alone the low bits of short texts are too
 * similar.
 */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) h = Math.imul(h ^ text.charCodeAt(at), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
