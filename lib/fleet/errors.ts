/** Thrown when the fleet's store did not answer an operation that was asked for by hand. */
export class FleetStoreError extends Error {
  override readonly name = 'FleetStoreError';

  constructor(timeoutMs: number) {
    super(`The fleet's store did not answer within ${timeoutMs} ms: nothing is known to have changed.`);
  }
}
