import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import { CircuitProtected, circuit } from '#lib/index.js';
import { CHANNEL } from '#lib/telemetry/broadcast.js';
import { Telemetry } from '#lib/telemetry/telemetry.js';
import { library, runProgram } from '../support/program.js';
import { rejectionOf, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('The diagnostics channel', () => {
  virtualTime();

  it('is called holdfast:event', () => {
    expect(CHANNEL).to.equal('holdfast:event');
  });

  it('publishes each event, frozen, as long as somebody subscribes', async () => {
    const name = uniqueName();
    const heard: unknown[] = [];
    const listener = (event: unknown, channelName: string | symbol): unknown => heard.push([event, channelName]);
    subscribe('holdfast:event', listener);
    circuit(name).isolate('a secret');
    await rejectionOf(CircuitProtected({ circuit: name })(async function pay() {})());
    unsubscribe('holdfast:event', listener);
    circuit(name).reset();
    expect(heard).to.deep.equal([
      [{ type: 'circuit_opened', circuit: name, state: 'isolated', by: 'code' }, 'holdfast:event'],
      [
        { type: 'circuit_refused', method: 'pay', circuit: name, state: 'isolated', retryAfterMs: Infinity },
        'holdfast:event',
      ],
      [
        {
          ...{ type: 'call_failed', method: 'pay', circuit: name, attempts: 0 },
          ...{ kind: 'circuit-open', errorName: 'CircuitOpenError' },
        },
        'holdfast:event',
      ],
    ]);
    expect(heard.every((one) => Object.isFrozen((one as unknown[])[0]))).to.equal(true);
  });

  it('makes no event without a subscriber', () => {
    const telemetry = new Telemetry(() => ({ isEnabled: () => false, write: () => undefined }));
    const emitter = telemetry.channel('call_failed', 'm');
    expect(emitter.audience(0)).to.equal(undefined);
    const listener = (): void => undefined;
    channel('holdfast:event').subscribe(listener);
    expect(emitter.audience(0)).to.be.a('function');
    channel('holdfast:event').unsubscribe(listener);
    expect(emitter.audience(0)).to.equal(undefined);
  });

  it('is not ended by subscribers that throw or reject, nor is the process', async () => {
    const { code, stdout, stderr } = await runProgram(`
      import { subscribe } from 'node:diagnostics_channel';
      import { circuit, configure } from ${library('index.js')};
      configure({ settings: { log: { level: 'silent' } } });
      subscribe('holdfast:event', () => { throw new Error('boom'); });
      subscribe('holdfast:event', async () => { throw new Error('boom'); });
      subscribe('holdfast:event', ({ type }) => console.log(type));
      circuit('a').isolate();
      circuit('a').reset();
      setTimeout(() => console.log('still here'), 20);
    `);
    expect({ code, stdout, stderr }).to.deep.equal({
      code: 0,
      stdout: 'circuit_opened\ncircuit_closed\nstill here\n',
      stderr: '',
    });
  });
});
