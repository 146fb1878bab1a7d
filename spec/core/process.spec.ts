import { expect } from 'chai';
import sinon from 'sinon';
import { listenToExit, processEnvironment, stopListeningToExit, warn } from '#lib/core/process.js';

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
