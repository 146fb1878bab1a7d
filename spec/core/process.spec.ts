import { expect } from 'chai';
import sinon from 'sinon';
import * as own from '#lib/core/process.js';

const { beforeNextIo, listenToExit, processEnvironment, stopListeningToExit, warn } = own;

describe('the process', () => {
  afterEach(() => sinon.restore());

  const replace = (value: unknown): void => void sinon.stub(globalThis, 'process').value(value);

  it('has variables, warns, and says when it ends', () => {
    expect(processEnvironment()).to.equal(process.env);
    const emit = sinon.stub(process, 'emitWarning');
    warn('a text');
    warn('a text', 'HOLDFAST_CODE');
    expect(emit.args).to.deep.equal([
      ['a text', { type: 'HoldfastWarning', code: undefined }],
      ['a text', { type: 'HoldfastWarning', code: 'HOLDFAST_CODE' }],
    ]);
    const listener = (): void => undefined;
    listenToExit(listener);
    expect(process.rawListeners('exit').map((each) => Reflect.get(each, 'listener'))).to.include(listener);
    stopListeningToExit(listener);
    expect(process.rawListeners('exit').map((each) => Reflect.get(each, 'listener'))).not.to.include(listener);
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
      const found: unknown = await import(`${import.meta.resolve('#lib/core/process.js')}?${encodeURIComponent(name)}`);
      await new Promise<void>((resolve) => (found as typeof own).beforeNextIo(resolve));
      sinon.restore();
    }
  });

  it('may be missing', () => {
    replace(undefined);
    expect(processEnvironment()).to.deep.equal({});
    warn('a text');
    listenToExit(() => undefined);
    stopListeningToExit(() => undefined);
  });

  it("may have members that throw, as in Next.js's edge runtime", () => {
    const unsupported = sinon.stub().throws(new Error('not supported in the Edge Runtime'));
    const env = { A: 'b' };
    replace({ env, emitWarning: unsupported, once: unsupported, removeListener: unsupported });
    expect(processEnvironment()).to.equal(env);
    warn('a text');
    listenToExit(() => undefined);
    stopListeningToExit(() => undefined);
    expect(unsupported.callCount).to.equal(3);
  });
});
