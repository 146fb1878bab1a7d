import { wordsOf } from './words.js';

/** Inner parts of words count less than whole words, but they bring "retry" near "retries". */
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
    // The lowest bit is the sign, the others the place: one hash is enough for both.
    const place = (hashed >>> 1) % dimensions;
    sums[place] = (sums[place] ?? 0) + (hashed & 1 ? weight : -weight);
  };
  for (const word of wordsOf(text)) {
    add(word, 1);
    const padded = ` ${word} `;
    for (let at = 0; at + GRAM_LENGTH <= padded.length; at++) add(padded.slice(at, at + GRAM_LENGTH), GRAM_WEIGHT);
  }
  // A text without a word, such as "?!", would be the zero vector, which is near nothing and has no direction.
  if (sums.every((sum) => sum === 0)) add(`text:${text}`, 1);
  const length = Math.sqrt(sums.reduce((total, sum) => total + sum * sum, 0));
  return Float32Array.from(sums, (sum) => sum / length);
}

/** FNV-1a over UTF-16 units, then MurmurHash3's finaliser, as FNV alone leaves the low bits of short texts alike. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) h = Math.imul(h ^ text.charCodeAt(at), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
