import { embed } from '../text/embed.js';
import { type Answer, JSON_TYPE } from './answer.js';
import { type EmbeddingRequest, readEmbeddingRequest } from './embedding-request.js';

/** Changes the vectors of an answer, for a fault. */
export type Distortion = (vectors: readonly Float32Array[]) => readonly Float32Array[];

export function answerEmbeddings(
  body: Readonly<Record<string, unknown>>,
  distort: Distortion = (unchanged) => unchanged,
): Answer {
  const request = readEmbeddingRequest(body);
  if ('status' in request) return request;
  const vectors = distort(request.inputs.map((input) => embed(input, request.dimensions)));
  return { status: 200, headers: JSON_TYPE, pieces: [write(request, vectors)] };
}

/** Builds the JSON by hand, because `JSON.stringify` writes every non-finite number as `null`. */
function write({ base64, model, tokens }: EmbeddingRequest, vectors: readonly Float32Array[]): string {
  const items = vectors.map((vector, index) => {
    const embedding = base64 ? `"${toBase64(vector)}"` : `[${Array.from(vector, writeNumber).join(',')}]`;
    return `{"object":"embedding","index":${index},"embedding":${embedding}}`;
  });
  const usage = JSON.stringify({ prompt_tokens: tokens, total_tokens: tokens });
  return `{"object":"list","data":[${items.join(',')}],"model":${JSON.stringify(model)},"usage":${usage}}`;
}

function writeNumber(value: number): string {
  if (Number.isNaN(value)) return 'null';
  return Number.isFinite(value) ? String(value) : `${value < 0 ? '-' : ''}1e999`;
}

/** The API uses base64 of little-endian floats on every machine. */
function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * Float32Array.BYTES_PER_ELEMENT);
  return bytes.toString('base64');
}
