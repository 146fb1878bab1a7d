import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { createClient } from 'redis';
import { circuit, CircuitProtected, configure } from '#lib/index.js';
import { serveDashboard, type ServedDashboard } from '#lib/dashboard/index.js';
import { connectFleet, type Fleet } from '#lib/fleet/index.js';
import { startFleetStore, type TestFleetStore } from '#lib/testing/index.js';
import { chromiumPath, launch } from '../support/chromium.js';
import { CLIENTS } from './support/clients.js';
import { realMember, type RealMember, until } from './support/real-process.js';

const path = chromiumPath();

// Without Chromium, spec/dashboard/page.spec.ts says that it is not run.
(path ? describe : describe.skip)('The page of the dashboard in a fleet, in Chromium', function () {
  this.timeout(60_000);
  let store: TestFleetStore;
  let fleet: Fleet;
  let other: RealMember;
  let browser: Browser;
  let served: ServedDashboard;
  let restore: () => void;
  let calls: NodeJS.Timeout;
  let isDown = false;

  before(async () => {
    restore = configure({ settings: { log: { level: 'silent' } } });
    store = await startFleetStore();
    fleet = await connectFleet(createClient({ url: store.url }), { name: 'checkout', rampUp: '0s', sync: '1s' });
    const ask = CircuitProtected({ circuit: 'openai' })(async () => 'x');
    await ask();
    other = realMember(CLIENTS[0]!.store(store.url), { rampUpMs: 0 });
    await other.membership.start();
    // Members are present as long as they have calls.
    calls = setInterval(() => {
      void ask().catch(() => undefined);
      if (!isDown) void other.circuit.call(() => true);
    }, 200);
    served = await serveDashboard();
    browser = await launch(path as string);
  });
  after(async () => {
    clearInterval(calls);
    await browser?.close();
    await served?.close();
    store?.resume();
    await fleet?.close();
    await other?.membership.close();
    await store?.close();
    circuit('openai').reset();
    restore();
  });

  it('shows members and votes, moves the whole fleet, and says so while the store does not answer', async () => {
    const page = await browser.newPage();
    await page.goto(served.url);
    await page.getByRole('row', { name: /^openai closed 2 0 0/i }).waitFor();
    isDown = true;
    for (let i = 0; i < 5; i++) await other.circuit.call(() => false);
    await page.getByRole('row', { name: /^openai closed 2 1 0/i }).waitFor();
    await page.getByText('closed, 1/2 vote to open').waitFor();

    await page.getByRole('button', { name: 'Isolate openai' }).first().click();
    await page.getByLabel('Reason').fill('INC-7');
    await page.getByRole('button', { name: 'Isolate', exact: true }).click();
    await page.getByText('openai is isolated in the whole fleet checkout.').waitFor();
    await page.getByRole('row', { name: /^openai isolated .* INC-7/i }).waitFor();
    await until(() => other.circuit.state === 'isolated');

    store.hang();
    await page.getByText('checkout: the store does not answer, every process acts alone.').waitFor();
    await page.getByRole('button', { name: 'Reset openai' }).first().click();
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await page.getByText('openai was not changed: the store of the fleet does not answer (503).').waitFor();
    expect(circuit('openai').state).to.equal('isolated');
  });
});
