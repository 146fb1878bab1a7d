/** What a client of an HTTP API throws for a status that is no success. */
export class StatusError extends Error {
  /** @param {Record<string, string>} [headers] */
  constructor(status, headers) {
    super(`HTTP ${status}`);
    this.status = status;
    if (headers) this.headers = headers;
  }
}

/** One request, as a method would make it: resolves when it is answered, and rejects with an error otherwise. */
export async function request({ exchange }, signal) {
  const status = await exchange(signal);
  if (status !== 200) throw new StatusError(status);
}

/** The same with a limit, for clients that do not bring one along. */
export async function limitedRequest(world) {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new DOMException('The attempt took too long.', 'TimeoutError')),
    world.limits.attemptMs,
  );
  try {
    await request(world, controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
