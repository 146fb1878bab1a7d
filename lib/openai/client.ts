import OpenAI from 'openai';
import { toMs } from '../core/duration.js';
import { ConfigurationError } from '../core/errors.js';
import { currentSettings, runtime } from '../runtime/runtime.js';
import type { Settings } from '../settings/schema.js';

/**
 * An `OpenAI` client to stand behind the decorators: it retries nothing itself, so that one attempt is one request,
 * and logs nothing, because the SDK's log holds what was asked.
 * @param settings whose `openai` part to use; by default those in effect
 * @throws {ConfigurationError} when there is no API key
 */
export function createClient(settings: { readonly openai: Partial<Settings['openai']> } = currentSettings()): OpenAI {
  const { apiKey, baseUrl, attemptTimeout } = settings.openai;
  if (!apiKey) throw new ConfigurationError(['openai.apiKey (OPENAI_API_KEY): expected an API key, got none']);
  return new OpenAI({
    apiKey,
    ...(baseUrl && { baseURL: baseUrl }),
    ...(attemptTimeout && { timeout: toMs(attemptTimeout) }),
    maxRetries: 0,
    logLevel: 'off',
  });
}

const warned = new WeakSet<OpenAI>();

/** Tells once of a client that retries by itself: its attempts and ours would multiply. */
export function noticeRetriesOf(client: OpenAI, service: string): OpenAI {
  if (!(client.maxRetries > 0) || warned.has(client)) return client;
  warned.add(client);
  const attempts = currentSettings().retry.maxAttempts;
  const requests = attempts * (client.maxRetries + 1);
  runtime.telemetry.channel('retries_multiplied', service).audience(runtime.clock.now())?.({
    type: 'retries_multiplied',
    method: service,
    requests,
    reason:
      `attempts multiply: the client retries ${client.maxRetries} times itself, so one call may send ` +
      `${attempts} x ${client.maxRetries + 1} = ${requests} requests; write new OpenAI({ maxRetries: 0 }) or createClient()`,
  });
  return client;
}
