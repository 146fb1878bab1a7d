import { CircuitOpenError } from '../../core/errors.js';
import type { createClient } from '../../openai/client.js';
import { EmbeddingService } from '../../openai/embedding-service.js';
import { getFallbackResponse } from '../../openai/fallback.js';
import { GenerationService } from '../../openai/generation-service.js';
import type { Shelf } from '../passages/shelf.js';
import { LOAD, MODELS } from './scenario.js';

type Client = ReturnType<typeof createClient>;

/** Asks a question, and may read the answer as it comes; rejects when there is neither an answer nor a fallback. */
export type Ask = (question: string, signal: AbortSignal, streams?: boolean) => Promise<'answered' | 'fallback'>;

/** holdfast's service for embeddings, as both the shelf and the callers use it. */
export function embeddingThrough(client: Client): EmbeddingService {
  return new EmbeddingService({ client, model: MODELS.embedding, dimensions: MODELS.dimensions });
}

/** As an application asks through holdfast. */
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
      // An embedding has no fallback, but the caller may read the same words when it is refused.
      if (error instanceof CircuitOpenError) return 'fallback';
      throw error;
    }
  };
}

/** As an application asks through the SDK alone. */
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
      if (!isWhole) throw new Error('The stream ended before the answer did.');
      return 'answered';
    }
    const { choices } = await client.chat.completions.create(body, { signal });
    if (!choices[0]?.message.content) throw new Error('The completion holds no answer.');
    return 'answered';
  };
}

function contextFor(vector: readonly number[], shelf: Shelf): string[] {
  return shelf.nearest(vector, LOAD.context).map(({ text }) => text);
}
