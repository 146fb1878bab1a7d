/**
 * Whether the specs with real processes all run, for as long and with as many processes as the design demands:
 * `npm run fleet:long`. Otherwise a few of them run, for a short time.
 */
export const IS_LONG = process.env['HOLDFAST_FLEET'] === 'long';

/** A test of the long run alone. */
export function inLongRun(title: string, body: Mocha.AsyncFunc): void {
  if (IS_LONG) it(title, body);
}
