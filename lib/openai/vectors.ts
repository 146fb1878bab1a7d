import { MalformedResponseError } from '../core/errors.js';
import { read } from '../failures/reading.js';

/**
 * The vectors of an answer, in the order of the request.
 * @throws {MalformedResponseError} unless there are `count` vectors, each of `dimensions` finite numbers
 */
export function vectorsOf(response: unknown, count: number, dimensions: number): number[][] {
  const data = read(response, 'data');
  if (!Array.isArray(data) || data.length !== count) throw malformed(`expected ${count} embeddings`);
  const vectors = new Array<number[]>(count);
  for (const item of data) {
    const index = read(item, 'index');
    if (!Number.isInteger(index) || !((index as number) in data))
      throw malformed('an embedding has no place in the order');
    vectors[index as number] = checkedVector(read(item, 'embedding'), dimensions);
  }
  // Two embeddings may have the same index: then one is missing.
  if (Object.keys(vectors).length !== count) throw malformed('an embedding is missing');
  return vectors;
}

function checkedVector(embedding: unknown, dimensions: number): number[] {
  const vector = typeof embedding === 'string' ? decoded(embedding) : embedding;
  if (!Array.isArray(vector)) throw malformed('an embedding is not a list of numbers');
  if (vector.length !== dimensions) throw malformed(`expected ${dimensions} dimensions, got ${vector.length}`);
  if (!vector.every(Number.isFinite)) throw malformed('an embedding holds a value that is not finite');
  return vector;
}

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** The numbers of a base64 text: 32-bit floats, little-endian. Ignores an incomplete number at the end. */
function decoded(base64: string): number[] {
  const bytes = Buffer.from(base64, 'base64');
  return Array.from({ length: Math.floor(bytes.length / BYTES) }, (_, i) => bytes.readFloatLE(i * BYTES));
}

function malformed(problem: string): MalformedResponseError {
  return new MalformedResponseError(`The embeddings are not what was asked for: ${problem}.`);
}
