/** Longer texts may be secrets. */
const LONGEST_WORD = 12;
const WORD = /^[\w.-]*$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const LONGEST_NUMBER = 20;
const LONGEST_KEY = 100;

/** The beginnings of API keys of well-known services. */
const KEY =
  /^(sk|pk|rk|ak|gsk|xai|hf|ghp|gho|ghu|ghs|ghr|github|glpat|npm|pypi|whsec|r8|pplx|nvapi|key|token|secret|password|bearer|basic)[-_]|^(AKIA|ASIA|AIza|ya29|xox[a-z]-|eyJ|SG\.|dop_v1_|shp[a-z]{2}_)/i;

/**
 * Formats a value for problems. A text that may be a secret is hidden: of a URL only the origin is shown, else the
 * length.
 */
export function show(value: unknown): string {
  if (typeof value === 'string') return showText(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? 'an array' : 'an object';
}

/** Whether a text begins like a key of a well-known service. */
export function isKeyLike(text: string): boolean {
  return KEY.test(text);
}

/** Formats a valid setting for `explain`. Names of models are longer than words, but they consist of words. */
export function showSetting(value: unknown): unknown {
  if (typeof value !== 'string' || isPlain(value) || isName(value)) return value;
  return originOf(value) ?? lengthOf(value);
}

function isName(text: string): boolean {
  return !KEY.test(text) && !text.includes('//') && text.split(/[-.:/]/).every(isPlain);
}

/** Formats the key of an object for problems. It is hidden only if it looks like a secret. */
export function showKey(key: string): string {
  const isSecret = key.length > LONGEST_KEY || key.split(/[\s./]/).some((part) => KEY.test(part));
  return isSecret || key.includes('://') ? `(${originOf(key) ?? lengthOf(key)})` : key;
}

function showText(text: string): string {
  if (isPlain(text)) return JSON.stringify(text);
  const origin = originOf(text);
  return origin === undefined ? lengthOf(text) : JSON.stringify(origin);
}

function isPlain(text: string): boolean {
  if (NUMBER.test(text)) return text.length <= LONGEST_NUMBER;
  return text.length <= LONGEST_WORD && WORD.test(text) && !KEY.test(text);
}

function originOf(text: string): string | undefined {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, host, hostname } = new URL(text);
  return host === '' || hostname.split('.').some((part) => KEY.test(part)) ? undefined : `${protocol}//${host}`;
}

function lengthOf(text: string): string {
  const { length } = text;
  return `a text of ${length} character${length === 1 ? '' : 's'}`;
}
