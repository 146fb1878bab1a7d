/** Thrown if the fleet's store does not answer `circuits()`, `isolate()` or `reset()` in time. */
export class FleetStoreError extends Error {
  override readonly name = 'FleetStoreError';

  constructor(timeoutMs: number) {
    super(`The fleet's store did not answer within ${timeoutMs} ms. It is unknown whether anything has changed.`);
  }
}
