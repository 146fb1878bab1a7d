import * as fs from 'node:fs';
import { expect } from 'chai';
import sinon from 'sinon';
import { importPackage, loadPackage } from '#lib/core/load-package.js';
import { nodeModule, REPLACEABLE } from '#lib/core/without-node.js';

type Functions = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

describe("a runtime without Node's modules", () => {
  afterEach(() => sinon.restore());

  const absent = (name: string): Functions => nodeModule(name) as Functions;
  const without = (): void => void sinon.stub(process, 'getBuiltinModule').throws(new Error('no such module'));

  it("gets Node's module where there is one", () => {
    expect(nodeModule('node:fs')).to.equal(process.getBuiltinModule('node:fs'));
    expect(REPLACEABLE.map(nodeModule)).to.deep.equal(REPLACEABLE.map((name) => process.getBuiltinModule(name)));
    expect(fs.existsSync).to.be.a('function');
  });

  it('has no files', () => {
    without();
    expect(absent('node:fs').existsSync?.('resilience.json')).to.equal(false);
    for (const read of ['readFileSync', 'openSync', 'statSync'])
      expect(() => absent('node:fs')[read]?.('resilience.json'))
        .to.throw()
        .with.property('code', 'ENOENT');
    expect(absent('node:path').resolve?.('x.json')).to.equal('x.json');
    expect(absent('node:path').dirname?.('x.json')).to.equal('.');
    expect(absent('node:tty').isatty?.(0)).to.equal(false);
  });

  it('knows no codes of the system', () => {
    without();
    expect((nodeModule('node:os') as typeof import('node:os')).constants.errno).to.deep.equal({});
  });

  it('does not know which function is async', () => {
    without();
    const { types } = nodeModule('node:util') as typeof import('node:util');
    expect(types.isAsyncFunction(async () => undefined)).to.equal(false);
  });

  it('has no async context and no diagnostics channel, and runs what it is given', () => {
    without();
    const { AsyncLocalStorage, AsyncResource } = nodeModule('node:async_hooks') as typeof import('node:async_hooks');
    const storage = new AsyncLocalStorage();
    expect(storage.run({}, () => [storage.getStore()])).to.deep.equal([undefined]);
    expect(storage.disable()).to.equal(undefined);
    expect(new AsyncResource('timer').runInAsyncScope(() => 'ran')).to.equal('ran');
    const channel = absent('node:diagnostics_channel').channel?.('holdfast') as { hasSubscribers: boolean };
    expect(channel.hasSubscribers).to.equal(false);
    const { isDeepStrictEqual } = absent('node:util');
    expect([isDeepStrictEqual?.({ a: [1] }, { a: [1] }), isDeepStrictEqual?.({ a: 1 }, undefined)]).to.deep.equal([
      true,
      false,
    ]);
    expect(nodeModule('node:dgram')).to.deep.equal({});
  });

  it('loads and imports a package, and goes on without one that is not there', async () => {
    expect(loadPackage('no-such-package')).to.equal(undefined);
    expect(loadPackage('ms')).to.be.a('function');
    expect(await importPackage('ms')).to.have.property('default', loadPackage('ms'));
    const refused = await importPackage('no-such-package').catch((error: unknown) => error);
    expect(refused).to.have.property('code', 'ERR_MODULE_NOT_FOUND');
  });
});
