import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { CAPACITY, type PhaseName, RATE_LIMIT, SLOW, STALLED } from '#drill/outage/scenario.js';
import { Upstream } from '#drill/outage/upstream.js';

const CHAT = { model: 'any', messages: [{ role: 'user', content: 'Why do retries need jitter?' }] };

describe('the upstream of the drill', function () {
  this.timeout(10_000);
  let upstream: Upstream;
  beforeEach(async () => (upstream = await Upstream.start(7)));
  afterEach(() => upstream.close());

  const enter = (phase: PhaseName): Promise<void> => upstream.enter(phase, 60_000);

  function ask(body: object, signal: AbortSignal | null = null): Promise<Response> {
    const headers = { authorization: 'Bearer none', 'content-type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify(body), signal };
    return fetch(`${upstream.baseUrl}/chat/completions`, request);
  }

  /** Whether a streamed answer came to its end within a time that every healthy one keeps. */
  async function isWhole(): Promise<boolean> {
    try {
      const response = await ask({ ...CHAT, stream: true }, AbortSignal.timeout(20 * CAPACITY.answerMs));
      return (await response.text()).includes('[DONE]');
    } catch {
      return false;
    }
  }

  it('turns away what is over the rate limit, and says until when', async () => {
    await enter('rate-limited');
    const answers = await Promise.all(Array.from({ length: RATE_LIMIT.requests + 3 }, () => ask(CHAT)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).to.have.length(3);
    for (const { headers } of refused) {
      expect(Number(headers.get('retry-after-ms'))).to.be.within(1, RATE_LIMIT.windowMs);
    }
  });

  it('counts what it turned away against the rate limit, so that who keeps asking is kept out', async () => {
    await enter('rate-limited');
    const first = Array.from({ length: RATE_LIMIT.requests }, () => ask(CHAT));
    let answered = 0;
    // More often than the limit allows, although far less than would fill the window with answers.
    for (const until = performance.now() + 2 * RATE_LIMIT.windowMs; performance.now() < until; ) {
      const { status } = await ask(CHAT);
      if (status !== 429) answered += 1;
      await sleep(5);
    }
    await Promise.all(first);
    expect(answered).to.equal(0);
  });

  it('stalls so many of the streamed answers, and no other one', async () => {
    await enter('stalled');
    const whole = await Promise.all(Array.from({ length: 12 }, () => isWhole()));
    expect(whole.filter((is) => !is).length / whole.length).to.be.closeTo(STALLED.share, 0.25);
    expect(whole).to.include(true).and.to.include(false);
    await enter('stalled');
    const others = await Promise.all(Array.from({ length: 12 }, () => ask(CHAT)));
    for (const { status } of others) expect(status).to.equal(200);
  });

  it('does not count a stream that was left because it stalled as work for nobody', async () => {
    await enter('stalled');
    await Promise.all(Array.from({ length: 12 }, () => isWhole()));
    expect(upstream.abandoned).to.equal(0);
    await ask(CHAT, AbortSignal.timeout(1)).catch(() => undefined);
    while (upstream.abandoned === 0) await sleep(10);
    expect(upstream.abandoned).to.equal(1);
  });

  it('takes longer in the slow phase, by what it says', async () => {
    await enter('slow');
    const startedAt = performance.now();
    await (await ask(CHAT)).text();
    // The work of a request is drawn from half to one and a half of the usual.
    expect(performance.now() - startedAt).to.be.at.least((0.5 * CAPACITY.answerMs) / SLOW.speed - 1);
  });
});
