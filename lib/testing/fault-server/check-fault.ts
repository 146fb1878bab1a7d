import type { Fault, FaultDetails } from './faults/fault.js';
import { amount, type FieldCheck, flag, headers, oneOf, statusFrom, text, textNumberOrNull } from './field-checks.js';

type FieldsOf<T> = Exclude<keyof Extract<FaultDetails, { type: T }>, 'type' | 'delayMs'>;
type ChecksOf<T> = { readonly [F in FieldsOf<T>]-?: FieldCheck };

const by = oneOf('reset', 'fin');

/** Every type of fault with the checks of its fields. If one is missing, this does not compile. */
const FIELDS: { readonly [T in FaultDetails['type']]: ChecksOf<T> } = {
  ok: {},
  reset: {},
  'hang-up': {},
  'not-http': {},
  stall: {},
  status: {
    status: statusFrom(400),
    message: text,
    errorType: text,
    code: textNumberOrNull,
    param: textNumberOrNull,
    headers,
    body: text,
  },
  'rate-limit': { retryAfter: textNumberOrNull, retryAfterMs: amount, message: text, headers },
  quota: { code: text, message: text },
  'body-cut': { by, framing: oneOf('content-length', 'chunked', 'close'), keepAlive: flag, afterBytes: amount },
  'body-stall': { status: statusFrom(200) },
  'body-drip': { everyMs: amount },
  'malformed-json': { text },
  html: { text },
  empty: {},
  'error-body': { message: text, code: textNumberOrNull, errorType: text },
  'stream-cut': { afterChunks: amount, by, framing: oneOf('chunked', 'close'), keepAlive: flag },
  'stream-error': {
    afterChunks: amount,
    shape: oneOf('nested', 'flat'),
    message: text,
    code: textNumberOrNull,
    errorType: text,
  },
  'stream-stall': { afterChunks: amount },
  'stream-comments': { afterChunks: amount, everyMs: amount },
  'stream-unfinished': { afterChunks: amount, done: flag },
  'stream-drip': { everyMs: amount },
  'response-failed': { afterChunks: amount, code: textNumberOrNull, message: text },
  'vector-length': { length: amount },
  'vector-value': { value: oneOf('nan', 'infinity') },
  'vector-missing': {},
};

/**
 * The long form of a fault, checked. Without the check, a typing mistake in a script would act as a healthy server, and
 * the test would pass.
 *
 * @throws TypeError that names the field, the expectation and the value.
 */
export function checkFault(fault: Fault): FaultDetails {
  const details = (typeof fault === 'string' ? { type: fault } : { ...fault }) as FaultDetails;
  oneOf(...Object.keys(FIELDS))('type', details.type);
  const checks: Readonly<Record<string, FieldCheck>> = { delayMs: amount, ...FIELDS[details.type] };
  for (const [field, value] of Object.entries(details)) {
    if (field === 'type') continue;
    const check = Object.hasOwn(checks, field) ? checks[field] : undefined;
    if (check === undefined) {
      const known = Object.keys(checks).join(', ');
      throw new TypeError(`fault '${details.type}' has no field \`${field}\`; it may have ${known}`);
    }
    if (value !== undefined) check(field, value);
  }
  if (details.type === 'status') FIELDS.status.status('status', details.status);
  return details;
}
