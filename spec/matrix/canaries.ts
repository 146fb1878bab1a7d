import { inspect } from 'node:util';

/** What must never be told is marked with this word, wherever it stands: it is looked for in everything that is told. */
const MARK = 'canary';

export const canary = (place: string): string => `${MARK}-${place}`;

export const QUERY = `Where does the wagtail of ${canary('prompt')} live?`;
export const CONTEXT = [`The wagtail of the ${canary('context')} lives in Bergen.`, 'Rome is the capital of Italy.'];
/** What the fault server makes of them. */
export const ANSWER = CONTEXT[0] as string;

export const KEY = `sk-${canary('key')}`;

/** Headers of an answer that are nobody's business. */
export const HEADERS = {
  'x-request-id': canary('request'),
  'set-cookie': `session=${canary('cookie')}`,
  'openai-organization': canary('organisation'),
} as const;

/** The canaries in a text, each once. */
export function canariesIn(text: string): string[] {
  return [...new Set(text.toLowerCase().match(new RegExp(`${MARK}[\\w-]*`, 'g')))];
}

/** Everything that can be read off a value, its hidden properties too. */
export function wordsOf(value: unknown): string {
  return inspect(value, { depth: 8, showHidden: true, maxArrayLength: null, maxStringLength: null });
}

/** What an error of holdfast's own tells. Its cause is the upstream's own error, which the caller may see. */
export function ownWordsOf(error: Error): string {
  const own = Object.getOwnPropertyNames(error).filter((name) => name !== 'cause');
  return wordsOf([String(error), own.map((name) => [name, (error as unknown as Record<string, unknown>)[name]])]);
}
