import { StatusError } from '../outage/request.js';

/** One request, as a method would make it. */
export async function request({ exchange }, signal) {
  const { status, headers } = await exchange(signal);
  if (status !== 200) throw new StatusError(status, headers);
  return 'yes';
}

/** What a 429 asks for, in milliseconds; undefined if it does not say. */
export function askedMs({ headers } = {}) {
  if (headers?.['retry-after-ms']) return Number(headers['retry-after-ms']);
  return headers?.['retry-after'] ? Number(headers['retry-after']) * 1000 : undefined;
}
