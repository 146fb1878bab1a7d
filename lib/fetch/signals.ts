/** One signal for two, either of which may be missing. */
export function both(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (!one || one === other) return other;
  return other ? AbortSignal.any([one, other]) : one;
}
