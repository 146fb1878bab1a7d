import { configure, onEvent } from '../../runtime/runtime.js';
import { EmbeddingService } from '../../openai/embedding-service.js';
import { GenerationService } from '../../openai/generation-service.js';
import { ownDocs, type Passage, readPassages } from '../passages/read-passages.js';
import { Shelf } from '../passages/shelf.js';
import { remark, say } from '../terminal/output.js';
import { shortPath } from '../terminal/short-path.js';
import { failureOfService, UsageError } from '../errors.js';
import { upstream } from './upstream.js';

/** More passages would hide the answer from a small model, and cost more. */
const CONTEXT = 4;

/**
 * Streams the answer to a question from the paragraphs that are nearest to it.
 * @throws {UsageError} for a question or a file that is none
 */
export async function ask(question: string, files: readonly string[], signal: AbortSignal): Promise<void> {
  if (question.trim() === '') throw new UsageError('expected a question, got an empty one.');
  const passages = readPassages(files.length > 0 ? files : ownDocs());
  const { client, says, close } = await upstream();
  // Retries are told in words below; log lines between the words of an answer would serve nobody.
  const restore = configure({ logger: { log: () => undefined } });
  const silence = onEvent((event) => {
    if (event.type !== 'retry_scheduled') return;
    remark(`No answer (${event.kind}): attempt ${event.attempt + 1} of ${event.maxAttempts} in ${event.waitMs} ms.`);
  });
  let begun = false;
  try {
    remark(says);
    const embeddings = new EmbeddingService({ client });
    const shelf = await Shelf.fill(passages, embeddings, signal);
    const nearest = shelf.nearest(await embeddings.embedText(question, { signal }), CONTEXT);
    remark(`The nearest of ${passages.length} paragraphs stand in ${namesOf(nearest)}.`);
    const context = nearest.map(({ text }) => text);
    for await (const piece of new GenerationService({ client }).streamAnswer(question, context, { signal })) {
      begun = true;
      process.stdout.write(piece);
    }
    say();
  } catch (cause) {
    // What is to be told stands on a line of its own.
    if (begun) say();
    throw failureOfService(cause);
  } finally {
    silence();
    restore();
    await close();
  }
}

function namesOf(passages: readonly Passage[]): string {
  const names = new Set(passages.map(({ file }) => shortPath(file)));
  return [...names].join(', ');
}
