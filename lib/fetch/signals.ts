/** Combines two signals. Either may be undefined. */
export function both(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (!one || one === other) return other;
  return other ? AbortSignal.any([one, other]) : one;
}
