import { CircuitOpenError } from 'holdfast';
import { type createClient, EmbeddingService, GenerationService, getFallbackResponse } from 'holdfast/openai';
import type { Shelf } from '../passages/shelf.js';
import { LOAD, MODELS } from './scenario.js';

type Client = ReturnType<typeof createClient>;

/** Asks a question; with `streams`, as a stream. Rejects if there is neither an answer nor a fallback. */
export type Ask = (question: string, signal: AbortSignal, streams?: boolean) => Promise<'answered' | 'fallback'>;

/** holdfast's embedding service, for the shelf and for the callers. */
export function embeddingThrough(client: Client): EmbeddingService {
  return new EmbeddingService({ client, model: MODELS.embedding, dimensions: MODELS.dimensions });
}

/** Asks like an application that uses holdfast. */
export function askingThroughHoldfast(client: Client, shelf: Shelf): Ask {
  const embeddings = embeddingThrough(client);
  const generation = new GenerationService({ client, model: MODELS.chat });
  return async (question, signal, streams) => {
    try {
      const context = contextFor(await embeddings.embedText(question, { signal }), shelf);
      let text = '';
      if (streams) for await (const piece of generation.streamAnswer(question, context, { signal })) text += piece;
      else text = await generation.generateAnswer(question, context, { signal });
      return text === getFallbackResponse() ? 'fallback' : 'answered';
    } catch (error) {
      // embedText has no fallback; an application would show the same text when the circuit rejects the call.
      if (error instanceof CircuitOpenError) return 'fallback';
      throw error;
    }
  };
}

/** Asks like an application that uses the SDK alone. */
export function askingThroughTheSdk(client: Client, shelf: Shelf): Ask {
  const { embedding, dimensions, chat } = MODELS;
  return async (question, signal, streams) => {
    const { data } = await client.embeddings.create({ model: embedding, input: question, dimensions }, { signal });
    const context = contextFor(data[0]?.embedding ?? [], shelf);
    const messages = [
      { role: 'system' as const, content: `Answer from these passages.\n\n${context.join('\n\n')}` },
      { role: 'user' as const, content: question },
    ];
    const body = { model: chat, messages };
    if (streams) {
      const stream = await client.chat.completions.create({ ...body, stream: true }, { signal });
      let isWhole = false;
      for await (const { choices } of stream) isWhole ||= choices[0]?.finish_reason !== null;
      if (!isWhole) throw new Error('The stream ended before the answer was complete.');
      return 'answered';
    }
    const { choices } = await client.chat.completions.create(body, { signal });
    if (!choices[0]?.message.content) throw new Error('The completion has no answer.');
    return 'answered';
  };
}

function contextFor(vector: readonly number[], shelf: Shelf): string[] {
  return shelf.nearest(vector, LOAD.context).map(({ text }) => text);
}
