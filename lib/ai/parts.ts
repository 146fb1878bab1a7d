import type { Part, StreamResult } from './model.js';
import type { Opening } from './opening.js';

/** The first chunk: the result of `doStream`, and the parts up to the first one with content. */
export interface Head {
  readonly result: StreamResult;
  readonly parts: readonly Part[];
}

export type Chunk = Head | Part;

/** Parts without content. A failure after them can still be repeated. */
const BEFORE_CONTENT: ReadonlySet<string> = new Set(['stream-start', 'response-metadata', 'raw']);

/**
 * The parts of a stream for the policies. An `error` part before the first content is thrown, so that the policies can
 * retry. A later `error` part is yielded, as the AI SDK expects, and thrown at the end, so that it counts as a failure.
 */
export async function* partsOf(result: StreamResult, opening: Opening): AsyncGenerator<Chunk, void, undefined> {
  const reader = result.stream.getReader();
  const forget = opening.reads(reader);
  const held: Part[] = [];
  let hasBegun = false;
  let isOver = false;
  let reported: { readonly error: unknown } | undefined;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (value.type === 'error') {
        if (!hasBegun) throw value.error;
        reported ??= { error: value.error };
      }
      if (hasBegun) yield value;
      else {
        held.push(value);
        if (BEFORE_CONTENT.has(value.type)) continue;
        hasBegun = true;
        yield { result, parts: held };
      }
    }
    isOver = true;
    if (!hasBegun) yield { result, parts: held };
  } finally {
    forget();
    if (!isOver) reader.cancel().catch(() => undefined);
  }
  if (reported) throw reported.error;
}

/** The stream that the caller reads. */
export function readable(
  { parts: held }: Head,
  rest: AsyncGenerator<Chunk, void, undefined>,
  opening: Opening,
): ReadableStream<Part> {
  let reported: { readonly error: unknown } | undefined;
  return new ReadableStream<Part>({
    start: (controller) => {
      for (const part of held) controller.enqueue(part);
    },
    pull: async (controller) => {
      try {
        const { done, value } = await rest.next();
        if (done) {
          controller.close();
          return;
        }
        const part = value as Part;
        if (part.type === 'error') reported ??= { error: part.error };
        controller.enqueue(part);
      } catch (error) {
        // The reader has already received this error as a part.
        if (reported && reported.error === error) controller.close();
        else controller.error(error);
      }
    },
    cancel: async () => {
      opening.leave();
      await rest.return();
    },
  });
}
