// The job that everyone is given: three attempts, and after five failed calls in a row no call for a day, while the
// fallback answers. What is no transient failure is handed on at once. Between attempts there is no wait, so that what
// is measured is work.

export const ATTEMPTS = 3;
export const THRESHOLD = 5;
export const OPEN_MS = 24 * 60 * 60_000;
export const FALLBACK = 'sorry';

/** Whether a failure is one to repeat and to count, for those who ask. */
export const isTransient = (error) => error.status >= 500;

/** Failures as an HTTP client throws them. Made once: how dear a stack is, is not the question. */
export const UNAVAILABLE = Object.assign(new Error('unavailable'), { status: 503 });
export const REJECTED = Object.assign(new Error('rejected'), { status: 400 });

/**
 * @typedef {(question: string) => Promise<string>} Ask
 *
 * Somebody who does the job.
 * @typedef {object} Subject
 * @property {string} name
 * @property {readonly string[]} peers the packages that it needs
 * @property {(request: Ask) => Promise<Ask>} protect
 * @property {number} [attempts] how many attempts it makes, where that is not what the job has
 */
