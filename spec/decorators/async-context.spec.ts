import { AsyncLocalStorage } from 'node:async_hooks';
import { expect } from 'chai';
import { configure, currentSignal, Hedged, onEvent, TimeLimited } from '#lib/index.js';
import { rejectionOf } from '../support/upstream.js';

/** In real time, for it is timers that carry the context on. */
describe('The async context of a call', () => {
  const request = new AsyncLocalStorage<string>();
  const heard: unknown[] = [];
  let undo: (() => void)[] = [];
  beforeEach(() => {
    heard.length = 0;
    undo = [
      configure({ settings: { log: { level: 'silent' } } }),
      onEvent(({ type }) => type !== 'call_failed' && heard.push([type, request.getStore()])),
    ];
  });
  afterEach(() => {
    for (const restore of undo) restore();
  });

  const hang = (): Promise<never> => new Promise(() => undefined);

  it('is its own when its time limit ends, however many calls there are', async () => {
    const aborted: unknown[] = [];
    const ask = TimeLimited('20ms')(async function ask() {
      currentSignal()?.addEventListener('abort', () => aborted.push(request.getStore()));
      return hang();
    });
    const asked = ['first', 'second', 'third'].map((name) => request.run(name, () => rejectionOf(ask())));
    await Promise.all(asked);
    expect(heard).to.deep.equal([
      ['time_limited', 'first'],
      ['time_limited', 'second'],
      ['time_limited', 'third'],
    ]);
    expect(aborted).to.deep.equal(['first', 'second', 'third']);
  });

  it('is that of each of its attempts', async () => {
    const attempts: unknown[] = [];
    const ask = Hedged({ after: '20ms' })(async function ask() {
      const name = request.getStore();
      const isSecond = attempts.includes(name);
      attempts.push(name);
      return isSecond ? name : hang();
    });
    const asked = ['first', 'second'].map((name) => request.run(name, ask));
    expect(await Promise.all(asked)).to.deep.equal(['first', 'second']);
    expect(attempts).to.deep.equal(['first', 'second', 'first', 'second']);
    expect(heard).to.deep.equal([
      ['hedge_started', 'first'],
      ['hedge_started', 'second'],
    ]);
  });
});
