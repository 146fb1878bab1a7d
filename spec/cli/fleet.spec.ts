import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import sinon from 'sinon';
import { UsageError } from '#lib/cli/errors.js';
import { fleetIsolate, fleetReset, fleetStatus } from '#lib/cli/fleet/fleet.js';
import { channelOf, keysOf } from '#lib/fleet/protocol/keys.js';
import { Interrupted } from '#lib/cli/terminal/interrupt.js';
import { startFleetStore, type TestFleetStore } from '#lib/testing/fleet-store/fleet-store.js';
import { CLIENTS } from '../fleet/support/clients.js';
import { holdfast } from '../support/command.js';

const { signal } = new AbortController();

describe('holdfast fleet', () => {
  let store: TestFleetStore;
  let printed: string;

  beforeEach(async () => {
    store = await startFleetStore();
    printed = '';
    sinon.stub(process.stdout, 'write').callsFake((text) => ((printed += String(text)), true));
  });

  afterEach(async () => {
    sinon.restore();
    store.resume();
    await store.close();
  });

  const at = () => ({ url: store.url });

  it('shows what was isolated, why and for how long, and that it was reset', async () => {
    await fleetIsolate('Über {uns}', { reason: 'INC-7', for: '2h' }, at());
    await fleetStatus(at(), signal);
    expect(printed).to.match(/Über \{uns\} +isolated +7200 s +0 +0 +0 +INC-7/);
    await fleetReset('Über {uns}', at());
    printed = '';
    await fleetStatus({ ...at(), json: true }, signal);
    expect(JSON.parse(printed)).to.deep.equal([
      { name: 'Über {uns}', state: 'closed', openInMs: 0, trips: 0, present: 0, votes: 0, why: 'reset' },
    ]);
  });

  it('shows members and votes, and keeps fleets of other names apart', async () => {
    const other = CLIENTS[0]?.store(store.url);
    const vote = ['openai', String(9e15), 'id1', 'a', '75000', '0.6', '75000', '10000', '1', '60000', '10000', '0'];
    await other?.run(keysOf('shop', 'openai'), ['vote', channelOf('shop'), ...vote]);
    await other?.run(['holdfast:1:shop:{}'], ['enlist', channelOf('shop'), '', String(9e15), '', 'openai']);
    await other?.close();
    await fleetStatus(at(), signal);
    expect(printed).to.include('The fleet has no circuits');
    await fleetStatus({ ...at(), name: 'shop' }, signal);
    expect(printed).to.match(/openai +closed +0 +1 +1/);
  });

  it('prints again when something has changed, until it is interrupted', async () => {
    const controller = new AbortController();
    const watching = fleetStatus({ ...at(), watch: true }, controller.signal).catch((error: unknown) => error);
    await fleetIsolate('openai', { reason: 'INC-7' }, at());
    while (!printed.includes('INC-7')) await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort(new Interrupted());
    expect(await watching).to.be.instanceOf(Interrupted);
    expect(printed.match(/INC-7/g)).to.have.length(1);
  });

  it('ends with 1 when the store does not answer in two seconds, and says nothing of its address', async function () {
    this.timeout(10_000);
    store.hang();
    const since = Date.now();
    const url = store.url.replace('://', '://user:hunter2@');
    const { code, stdout, stderr } = await holdfast(['fleet', 'status', '--url', url]);
    expect(Date.now() - since).to.be.within(1900, 8000);
    expect({ code, stdout, stderr }).to.deep.equal({
      code: 1,
      stdout: '',
      stderr:
        "holdfast: The fleet's store did not answer within 2000 ms. It is unknown whether anything has changed.\n",
    });
  });

  it('says what to write when it is given no address, or one that is none', async () => {
    for (const url of [undefined, '', 'localhost:6379', 'http://x'])
      await fleetStatus({ url }, signal).then(
        () => expect.fail('it was accepted'),
        (error: unknown) => {
          expect(error).to.be.instanceOf(UsageError);
          expect(String(error)).to.include('redis://localhost:6379');
        },
      );
  });

  it('is a command of the package, with its words and options', async function () {
    this.timeout(10_000);
    sinon.restore();
    const env = { FLEET_URL: store.url, FLEET_NAME: 'shop' };
    const isolated = await holdfast(['fleet', 'isolate', 'openai', '--reason', 'INC-7', '--for', '2h'], { env });
    expect({ code: isolated.code, stderr: isolated.stderr }).to.deep.equal({ code: 0, stderr: '' });
    const shown = await holdfast(['fleet', 'status', '--json'], { env });
    expect(JSON.parse(shown.stdout)).to.have.nested.property('[0].why', 'INC-7');
    const reset = await holdfast(['fleet', 'reset', 'openai', '--name', 'shop', '--url', store.url]);
    expect(reset.code, reset.stderr).to.equal(0);
    const wrong = await holdfast(['fleet', 'isolate', 'openai', '--for', 'ever'], { env });
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.include('a duration with a unit, such as 2h');
  });

  it('lets nothing from the store move the cursor', async () => {
    await fleetIsolate('a\u001b[2Jb', { reason: 'c\u001b[2Jd' }, at());
    await fleetStatus(at(), signal);
    expect(stripVTControlCharacters(printed)).to.match(/a�\[2Jb .* c�\[2Jd/);
  });
});
