import type { EmbeddingService } from '../../openai/embedding-service.js';
import type { Passage } from './read-passages.js';

interface Placed {
  readonly passage: Passage;
  readonly vector: readonly number[];
  readonly length: number;
}

/** Passages by what they are about. */
export class Shelf {
  private constructor(private readonly placed: readonly Placed[]) {}

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

  /** The passages whose direction is nearest to that of a vector, the nearest first. */
  nearest(vector: readonly number[], count: number): Passage[] {
    // The length of the vector that is asked for is the same in every comparison.
    const cosine = ({ vector: other, length }: Placed): number => dot(vector, other) / (length || 1);
    return this.placed
      .map((placed) => ({ passage: placed.passage, score: cosine(placed) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, count)
      .map(({ passage }) => passage);
  }
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
