import OpenAI from 'openai';
import { toMs } from '../core/duration.js';
import { ConfigurationError } from '../core/errors.js';
import { holdsClient } from '../policies/retry/clients.js';
import { read } from '../failures/reading.js';
import { settingsOf } from '../runtime/runtime.js';
import { type Problems, textsOf } from '../settings/check.js';
import type { Settings } from '../settings/schema.js';
import { checkTree } from '../settings/tree.js';

/**
 * An `OpenAI` client for decorated methods. It does not retry, so that one attempt is one request. It does not log,
 * because the SDK's log holds the content of requests.
 * @param settings the settings to use; default: those in effect
 * @throws {ConfigurationError} if the settings are wrong, or there is no API key
 */
export function createClient(
  settings: { readonly openai: Partial<Settings['openai']> } = { openai: settingsOf('openai') },
): OpenAI {
  const { apiKey, baseUrl, attemptTimeout } = checkedGroup(settings);
  if (!apiKey) throw new ConfigurationError(['openai.apiKey (OPENAI_API_KEY): expected an API key, got none']);
  return new OpenAI({
    apiKey,
    ...(baseUrl && { baseURL: baseUrl }),
    ...(attemptTimeout && { timeout: toMs(attemptTimeout) }),
    maxRetries: 0,
    logLevel: 'off',
  });
}

/**
 * Registers the client of a service, so that holdfast reports a client that retries itself, even in a `#private` field.
 */
export function noticeRetriesOf(service: object, client: OpenAI): OpenAI {
  holdsClient(service, client, 'new OpenAI({ maxRetries: 0 }) or createClient()');
  return client;
}

function checkedGroup(settings: unknown): Partial<Settings['openai']> {
  const problems: Problems = [];
  const given = read(settings, 'openai');
  if (given === undefined)
    throw new ConfigurationError(['createClient: expected settings. Write: createClient({ openai: { apiKey } })']);
  // The other groups of loaded settings are not used, and so not checked.
  const { openai = {} } = checkTree({ openai: given }, 'code', problems);
  if (problems.length > 0) throw new ConfigurationError(textsOf(problems));
  return openai;
}
