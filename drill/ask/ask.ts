import { UsageError } from '#lib/cli/errors.js';
import { remark, say } from '#lib/cli/terminal/output.js';
import { configure, onEvent } from 'holdfast';
import { EmbeddingService, GenerationService } from 'holdfast/openai';
import { ownDocs, type Passage, readPassages } from '../passages/read-passages.js';
import { Shelf } from '../passages/shelf.js';
import { failureOfService } from '../service-failure.js';
import { shortPath } from './short-path.js';
import { upstream } from './upstream.js';

/** With more passages, a small model does not find the answer, and each question costs more. */
const CONTEXT = 4;

/**
 * Streams the answer to a question from the paragraphs that are nearest to it.
 * @throws {UsageError} for an empty question, or a file that cannot be read
 * @throws {CommandFailure} if the upstream does not answer
 */
export async function ask(question: string, files: readonly string[], signal: AbortSignal): Promise<void> {
  if (question.trim() === '') throw new UsageError('expected a question, got an empty one.');
  const passages = readPassages(files.length > 0 ? files : ownDocs());
  const { client, description, close } = await upstream();
  // Log lines would stand between the words of the answer; the listener below reports retries in plain words.
  const restore = configure({ logger: { log: () => undefined } });
  const unsubscribe = onEvent((event) => {
    if (event.type !== 'retry_scheduled') return;
    remark(`No answer (${event.kind}): attempt ${event.attempt + 1} of ${event.maxAttempts} in ${event.waitMs} ms.`);
  });
  let begun = false;
  try {
    remark(description);
    const embeddings = new EmbeddingService({ client });
    const shelf = await Shelf.fill(passages, embeddings, signal);
    const nearest = shelf.nearest(await embeddings.embedText(question, { signal }), CONTEXT);
    remark(`The nearest of ${passages.length} paragraphs are in ${namesOf(nearest)}.`);
    const context = nearest.map(({ text }) => text);
    for await (const piece of new GenerationService({ client }).streamAnswer(question, context, { signal })) {
      begun = true;
      process.stdout.write(piece);
    }
    say();
  } catch (cause) {
    // The error gets a line of its own.
    if (begun) say();
    throw failureOfService(cause);
  } finally {
    unsubscribe();
    restore();
    await close();
  }
}

function namesOf(passages: readonly Passage[]): string {
  const names = new Set(passages.map(({ file }) => shortPath(file)));
  return [...names].join(', ');
}
