import { askedMs, request } from '../request.js';

/** Ten retries, its default; a hint is waited for as its readme shows, before its own wait. */
export const pRetry = {
  name: 'p-retry, heeding hints',
  peers: ['p-retry'],
  load: async () => {
    const { default: retry } = await import('p-retry');
    return (world) => ({
      call: (signal) =>
        retry(() => request(world, signal), {
          signal,
          onFailedAttempt: ({ error }) => new Promise((resolve) => setTimeout(resolve, askedMs(error) ?? 0)),
        }),
    });
  },
};
