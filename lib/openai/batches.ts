/** The API's limits of one request: https://platform.openai.com/docs/api-reference/embeddings/create */
const MAX_INPUTS = 2048;
const MAX_TOKENS = 300_000;

/** Splits texts, in order, into batches that fit into one request each. */
export function batchesOf(texts: readonly string[]): string[][] {
  const batches: string[][] = [];
  let batch: string[] = [];
  let tokens = 0;
  for (const text of texts) {
    // A token has at least one byte, so this is never below the number of tokens.
    const atMost = Buffer.byteLength(text);
    if (batch.length > 0 && (batch.length === MAX_INPUTS || tokens + atMost > MAX_TOKENS)) {
      batches.push(batch);
      batch = [];
      tokens = 0;
    }
    batch.push(text);
    tokens += atMost;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}
