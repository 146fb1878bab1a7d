import OpenAI from 'openai';
import { toMs } from '../core/duration.js';
import { ConfigurationError } from '../core/errors.js';
import { holdsClient } from '../policies/retry/clients.js';
import { settingsOf } from '../runtime/runtime.js';
import type { Settings } from '../settings/schema.js';

/**
 * An `OpenAI` client to stand behind the decorators: it retries nothing itself, so that one attempt is one request,
 * and logs nothing, because the SDK's log holds what was asked.
 * @param settings whose `openai` part to use; by default those in effect
 * @throws {ConfigurationError} when there is no API key
 */
export function createClient(
  settings: { readonly openai: Partial<Settings['openai']> } = { openai: settingsOf('openai') },
): OpenAI {
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

/** Lets a service's methods tell of a client that retries by itself, although it stands in a `#private` field. */
export function noticeRetriesOf(service: object, client: OpenAI): OpenAI {
  holdsClient(service, client, 'new OpenAI({ maxRetries: 0 }) or createClient()');
  return client;
}
