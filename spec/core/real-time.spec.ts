import { expect } from 'chai';
import sinon from 'sinon';
import * as own from '#lib/core/real-time.js';
import { library, runProgram } from '../support/program.js';

const { beforeNextIo, isRealTime, monotonicNow } = own;

describe("the runtime's own time", () => {
  afterEach(() => sinon.restore());

  const replace = (value: unknown): void => void sinon.stub(globalThis, 'process').value(value);

  it('is known from that of a test, whatever the test replaces', () => {
    expect(isRealTime()).to.equal(true);
    for (const toFake of [undefined, ['Date'], ['setTimeout']] as const) {
      const fakes = sinon.useFakeTimers(toFake ? { toFake: [...toFake] } : undefined);
      expect(isRealTime(), String(toFake)).to.equal(false);
      fakes.restore();
      expect(isRealTime(), String(toFake)).to.equal(true);
    }
    sinon.stub(Date, 'now').returns(5);
    expect(isRealTime()).to.equal(false);
  });

  it('is not taken from a test that has replaced it before the library is loaded', async () => {
    for (const toFake of [undefined, ['nextTick'], ['Date'], ['setTimeout'], ['performance']] as const) {
      const fakes = sinon.useFakeTimers(toFake ? { toFake: [...toFake] } : undefined);
      const path = `${import.meta.resolve('#lib/core/real-time.js')}?${String(toFake)}`;
      const found = (await import(path)) as typeof own;
      expect(found.isRealTime(), String(toFake)).to.equal(false);
      fakes.restore();
      expect(found.isRealTime(), String(toFake)).to.equal(false);
    }
  });

  it('goes on while a test has replaced it', () => {
    const before = monotonicNow();
    sinon.useFakeTimers();
    expect(monotonicNow()).to.be.within(before, before + 1000);
  });

  it('comes back when microtasks are done, before any I/O, and is not kept alive for it', async () => {
    await Promise.resolve();
    const order: string[] = [];
    const immediates = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Immediate').length;
    const before = immediates();
    const done = new Promise<void>((resolve) =>
      setImmediate(() => {
        order.push('immediate');
        resolve();
      }),
    );
    beforeNextIo(() => order.push('before'));
    for (let i = 0; i < 3; i++) await Promise.resolve().then(() => order.push('microtask'));
    expect(immediates()).to.equal(before + 1);
    await done;
    expect(order).to.deep.equal(['microtask', 'microtask', 'microtask', 'before', 'immediate']);
  });

  it('comes back a little later where it has no such turn', async () => {
    const missing: Record<string, unknown> = {
      'no process': undefined,
      'a turn that throws': { nextTick: sinon.stub().throws(new Error('not supported')) },
    };
    for (const [name, value] of Object.entries(missing)) {
      replace(value);
      const found: unknown = await import(
        `${import.meta.resolve('#lib/core/real-time.js')}?${encodeURIComponent(name)}`
      );
      await new Promise<void>((resolve) => (found as typeof own).beforeNextIo(resolve));
      sinon.restore();
    }
  });

  it('is read for every call where a test has replaced it before the library is loaded', async () => {
    const ended = await runProgram(`
      import sinon from 'sinon';
      const fakes = sinon.useFakeTimers({ now: 1.7e12 });
      const { CircuitProtected, circuit } = await import(${library('index.js')});
      let isDown = true;
      const ask = CircuitProtected({ circuit: 'x', failureThreshold: 1, recoveryTimeout: '60s' })(async () => {
        if (isDown) throw Object.assign(new Error('down'), { code: 'ECONNRESET' });
        return 'answer';
      });
      await ask().catch(() => {});
      isDown = false;
      for (let i = 0; i < 40; i++) await ask().catch(() => {});
      fakes.setSystemTime(fakes.now + 67_000);
      console.log(circuit('x').state, await ask());
    `);
    expect(ended.stdout).to.equal('half-open answer\n');
  });
});
