import type { Answer } from '../api/answer.js';
import { type ErrorFields, errorAnswer } from '../api/error.js';
import type { ErrorStatus, Quota, RateLimit } from '../faults/answer-fault.js';
import type { ErrorBody } from '../faults/body-fault.js';

/** The answer of a fault that is an error status. */
export function statusAnswer(fault: ErrorStatus | RateLimit | Quota): Answer {
  switch (fault.type) {
    case 'status': {
      const answer = errorAnswer(fault.status, givenFields(fault));
      const pieces = fault.body === undefined ? answer.pieces : [fault.body];
      return { status: fault.status, headers: { ...answer.headers, ...lowerCased(fault.headers) }, pieces };
    }
    case 'rate-limit': {
      const { headers, ...answer } = errorAnswer(429, givenFields(fault));
      const { retryAfter, retryAfterMs } = fault;
      const hints = {
        ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
        ...(retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) }),
      };
      return { ...answer, headers: { ...headers, ...hints, ...lowerCased(fault.headers) } };
    }
    case 'quota':
      return errorAnswer(429, {
        message: 'You exceeded your current quota, please check your plan and billing details.',
        type: 'insufficient_quota',
        code: 'insufficient_quota',
        ...givenFields(fault),
      });
  }
}

/** The fields of OpenAI's error object that a fault sets. A fault uses `type` for itself, hence `errorType`. */
export function givenFields(
  fault: Partial<Pick<ErrorStatus, 'message' | 'errorType' | 'code' | 'param'>> | ErrorBody,
): Partial<ErrorFields> {
  const { message, errorType, code, param } = { param: undefined, ...fault };
  return {
    ...(message === undefined ? {} : { message }),
    ...(errorType === undefined ? {} : { type: errorType }),
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
  };
}

/** Lower-case names, so that a given header replaces the usual one even if it is written differently. */
function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
