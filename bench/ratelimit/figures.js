// The outcome of a replay in numbers: of what happened until the last calls were made.

/** @typedef {ReturnType<typeof figuresOf>} Figures */

/**
 * @param {import('../outage/replay.js').Replayed} replayed
 * @param {import('./scenario.js').Scenario} scenario
 */
export function figuresOf({ calls, requests }, { endsAt }) {
  const sent = requests.filter(({ at }) => at < endsAt);
  const refused = sent.filter(({ isRefused }) => isRefused).length;
  const useful = calls.filter(({ isUseful, settledAt }) => isUseful && settledAt < endsAt).length;
  const waits = calls.filter(({ isUseful }) => isUseful).map(({ at, settledAt }) => settledAt - at);
  return {
    useful,
    sent: sent.length,
    refused,
    refusedShare: sent.length === 0 ? 0 : refused / sent.length,
    usefulPerRequest: sent.length === 0 ? 0 : useful / sent.length,
    earlyBy: earliest(requests),
    meanWaitMs: waits.reduce((sum, ms) => sum + ms, 0) / Math.max(1, waits.length),
  };
}

/** By how many milliseconds the earliest request came before the moment that a 429 had asked for; 0 if none did. */
function earliest(requests) {
  let notBefore = 0;
  let most = 0;
  const told = requests
    .filter(({ notBefore }) => notBefore !== undefined)
    .map(({ heardAt, notBefore }) => ({ heardAt, notBefore }));
  told.sort((a, b) => a.heardAt - b.heardAt);
  let next = 0;
  for (const { at } of requests) {
    for (; next < told.length && told[next].heardAt < at; next++) notBefore = Math.max(notBefore, told[next].notBefore);
    most = Math.max(most, notBefore - at);
  }
  return most;
}
