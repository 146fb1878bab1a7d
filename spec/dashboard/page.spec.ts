import { mkdir } from 'node:fs/promises';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { circuit, CircuitProtected, configure, RetryOnTransient } from '#lib/index.js';
import { serveDashboard, type ServedDashboard } from '#lib/dashboard/index.js';
import { chromiumPath, launch } from '../support/chromium.js';
import { rejectionOf, uniqueName, unavailable } from '../support/upstream.js';

const path = chromiumPath();
if (!path && process.env.CI) throw new Error('Chromium is not installed: apt-get install chromium');

(path ? describe : describe.skip)('The page of the dashboard, in Chromium', function () {
  this.timeout(60_000);
  let browser: Browser;
  let served: ServedDashboard;
  let page: Page;
  let restore: () => void;
  const asked: string[] = [];
  const complaints: string[] = [];

  before(async () => {
    restore = configure({ settings: { log: { level: 'silent' } } });
    browser = await launch(path as string);
    served = await serveDashboard();
    await mkdir('build/screenshots', { recursive: true });
  });
  after(async () => {
    await browser?.close();
    await served?.close();
    restore();
  });
  beforeEach(async () => {
    asked.length = 0;
    complaints.length = 0;
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterEach(() => page.close());

  async function usedCircuit(name = uniqueName()): Promise<string> {
    await CircuitProtected({ circuit: name })(async () => 'x')();
    return name;
  }

  const tileOf = (name: string) => page.locator('article', { hasText: name });

  it('shows each circuit with its state, and asks for nothing elsewhere', async () => {
    const name = await usedCircuit();
    const broken = uniqueName();
    const ask = CircuitProtected({ circuit: broken, failureThreshold: 1 })(
      RetryOnTransient({ maxAttempts: 1 })(async () => Promise.reject(unavailable())),
    );
    await rejectionOf(ask());
    await page.goto(served.url);
    await tileOf(name).getByText('closed', { exact: true }).waitFor();
    await tileOf(broken).getByText('open', { exact: true }).waitFor();
    expect(await page.title()).to.match(/\d open\) holdfast$/);
    expect(new Set(asked)).to.deep.equal(new Set([new URL(served.url).origin]));
    expect(complaints).to.deep.equal([]);
  });

  it('isolates by the keyboard after a question, and the circuit refuses; a reset lets calls through', async () => {
    const name = await usedCircuit();
    await page.goto(served.url);
    await page.getByRole('button', { name: `Isolate ${name}` }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Reason').fill('the upstream asked for it');
    await page.getByRole('button', { name: 'Isolate', exact: true }).press('Enter');
    await tileOf(name).getByText('isolated', { exact: true }).waitFor();
    await tileOf(name).getByText('the upstream asked for it').waitFor();
    expect(await rejectionOf(CircuitProtected({ circuit: name })(async () => 'x')())).to.have.property(
      'name',
      'CircuitOpenError',
    );
    await page.getByRole('button', { name: `Reset ${name}` }).click();
    await tileOf(name).getByText('closed', { exact: true }).waitFor();
    expect(circuit(name).state).to.equal('closed');
    expect(complaints).to.deep.equal([]);
  });

  it('runs nothing of a hostile name', async () => {
    const name = await usedCircuit(`<img src=x onerror="document.title='owned'"> ${uniqueName()}`);
    circuit(name).isolate('<script>document.title="owned"</script>');
    await page.goto(served.url);
    await tileOf(name).getByText('isolated', { exact: true }).waitFor();
    expect(await page.locator('main img').count()).to.equal(0);
    expect(await page.title()).not.to.equal('owned');
    expect(complaints).to.deep.equal([]);
    circuit(name).reset();
  });

  it('asks for the token if there is none or a wrong one', async () => {
    await page.goto(served.url.replace(/#.*/, '#wrong'));
    await page.getByLabel('Token').fill(new URL(served.url).hash.slice(1));
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText('Circuits:').waitFor();
  });

  it('shows events as they come, and finds among them', async () => {
    const name = await usedCircuit();
    await page.goto(served.url);
    await tileOf(name).waitFor();
    circuit(name).isolate();
    circuit(name).reset();
    await page.locator('#events li', { hasText: name }).first().waitFor();
    await page.getByLabel('Filter').fill('circuit_closed');
    expect(await page.locator('#events li', { hasText: 'circuit_opened' }).count()).to.equal(0);
  });
});

if (!path)
  console.log('not run: the page of the dashboard, because Chromium is not installed (apt-get install chromium)');
