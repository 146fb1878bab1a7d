import type { EmbeddingService } from 'holdfast/openai';
import type { Passage } from './read-passages.js';

interface Entry {
  readonly passage: Passage;
  readonly vector: readonly number[];
  readonly length: number;
}

/** Passages with their embeddings. */
export class Shelf {
  private constructor(private readonly entries: readonly Entry[]) {}

  /** Embeds the passages. */
  static async fill(passages: readonly Passage[], embeddings: EmbeddingService, signal: AbortSignal): Promise<Shelf> {
    const vectors = await embeddings.embedTexts(
      passages.map(({ text }) => text),
      { signal },
    );
    return new Shelf(
      passages.map((passage, i) => {
        const vector = vectors[i] ?? [];
        return { passage, vector, length: Math.hypot(...vector) };
      }),
    );
  }

  /** The passages most similar to a vector by cosine, the most similar first. */
  nearest(vector: readonly number[], count: number): Passage[] {
    // The length of `vector` is the same in every comparison, so it is left out.
    const cosine = ({ vector: other, length }: Entry): number => dot(vector, other) / (length || 1);
    return this.entries
      .map((entry) => ({ passage: entry.passage, score: cosine(entry) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, count)
      .map(({ passage }) => passage);
  }
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
