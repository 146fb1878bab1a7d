import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { circuit, CircuitProtected, configure, RetryOnTransient } from '#lib/index.js';
import { serveDashboard, type ServedDashboard } from '#lib/dashboard/index.js';
import { library } from '../support/program.js';
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

  /** A process that serves its dashboard, and does nothing else. */
  async function idleProcess(before = ''): Promise<{ readonly child: ChildProcess; readonly url: string }> {
    const program = `
      import { CircuitProtected } from ${library('index.js')};
      import { serveDashboard } from ${library('dashboard/index.js')};
      ${before}
      console.log((await serveDashboard()).url);
      setInterval(() => undefined, 1000);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, url: line.toString().trim() };
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
    await page.getByRole('button', { name: `Reset ${name}` }).press('Enter');
    await page.keyboard.press('Enter');
    await page.getByText(`${name} is closed.`).waitFor();
    await tileOf(name).getByText('closed', { exact: true }).waitFor();
    expect(circuit(name).state).to.equal('closed');
    expect(complaints).to.deep.equal([]);
  });

  it('isolates by a click, and moves nothing if the question is cancelled', async () => {
    const name = await usedCircuit();
    await page.goto(served.url);
    await page.getByRole('button', { name: `Isolate ${name}` }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(circuit(name).state).to.equal('closed');
    await page.getByRole('button', { name: `Isolate ${name}` }).click();
    await page.getByRole('button', { name: 'Isolate', exact: true }).click();
    await tileOf(name).getByText('isolated', { exact: true }).waitFor();
    expect(circuit(name).state).to.equal('isolated');
    circuit(name).reset();
  });

  it('says first what is wrong, and leads to it', async () => {
    const name = await usedCircuit();
    circuit(name).isolate('INC-7');
    await page.goto(served.url);
    await page.getByRole('button', { name: `${name}: isolated, INC-7` }).press('Enter');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).to.equal(name);
    circuit(name).reset();
  });

  it('is operated by the keyboard alone', async () => {
    const name = await usedCircuit();
    await page.goto(served.url);
    await tileOf(name).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type(name);
    await page.locator('article').nth(1).waitFor({ state: 'detached' });
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(`document.activeElement.getAttribute('aria-label') === 'Isolate ${name}'`)) break;
    }
    // Tiles are drawn again each second: the focus stays.
    await page.waitForTimeout(1200);
    await page.keyboard.press('Enter');
    await page.keyboard.type('by hand');
    await page.keyboard.press('Enter');
    // Enter in a text field presses the first button of a form, which is not the dangerous one.
    expect(circuit(name).state).to.equal('closed');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await tileOf(name).getByText('isolated', { exact: true }).waitFor();
    circuit(name).reset();
  });

  it('shows how calls end, and the settings with the layer that each came from', async () => {
    const name = uniqueName();
    const method = { [name]: async () => Promise.reject(unavailable()) }[name] as () => Promise<string>;
    const ask = CircuitProtected({ circuit: name, failureThreshold: 1000 })(
      RetryOnTransient({ maxAttempts: 1 })(method),
    );
    await page.goto(served.url);
    await page.locator('#link.on').waitFor();
    for (let i = 0; i < 30; i++) {
      await rejectionOf(ask());
      await page.waitForTimeout(50);
    }
    await tileOf(name).getByText('100 %').waitFor();
    await page.getByRole('row', { name: new RegExp(`^${name} `) }).waitFor();
    await page.locator('summary', { hasText: name }).click();
    const row = page.getByRole('row', { name: /failureThreshold 1000 from/ });
    expect(await row.textContent()).to.match(/@CircuitProtected\(\) failureThreshold1000from /);
  });

  it('says that what it shows is old while the process is away, and goes on when it is back', async () => {
    const other = await serveDashboard();
    const { hash, port } = new URL(other.url);
    await page.goto(other.url);
    await page.locator('#link.on').waitFor();
    await other.close();
    await page.getByText(/^No connection\. The values are from \d\d:\d\d:\d\d, \d+ s ago\. Reconnecting\.$/).waitFor();
    const again = await serveDashboard({ port: Number(port) });
    await page.getByText('Who are you?').waitFor();
    expect(new URL(again.url).hash).not.to.equal(hash);
    await page.getByLabel('Token').fill(new URL(again.url).hash.slice(1));
    await page.keyboard.press('Enter');
    await page.locator('#link.on').waitFor();
    expect(await page.locator('#stale').isHidden()).to.equal(true);
    await again.close();
  });

  it('says that there is nothing yet, in a process without calls', async () => {
    const { child, url } = await idleProcess();
    try {
      await page.goto(url);
      await page.getByText(/^No circuit has been used yet/).waitFor();
      await page.getByText('Nothing to see yet').waitFor();
      expect(complaints).to.deep.equal([]);
    } finally {
      child.kill();
    }
  });

  it('shows 100 of a thousand circuits, those in trouble first, and finds the others', async () => {
    const { child, url } = await idleProcess(`
      for (let i = 1000; i < 2000; i++) {
        const ask = CircuitProtected({ circuit: 'upstream ' + i, failureThreshold: 1 })(async () => {
          if (i === 1999) throw Object.assign(new Error('down'), { status: 503 });
        });
        await ask().catch(() => undefined);
      }`);
    try {
      await page.goto(url);
      await page.locator('article').first().waitFor();
      expect(await page.locator('article').count()).to.equal(100);
      expect(await page.locator('article').first().getAttribute('aria-label')).to.equal('upstream 1999');
      expect(await page.locator('#none').textContent()).to.equal('And 900 more: find a circuit by its name.');
      await page.locator('#find').fill('upstream 1777');
      await page.locator('article', { hasText: 'upstream 1777' }).waitFor();
      expect(await page.locator('article').count()).to.equal(1);
    } finally {
      child.kill();
    }
  });

  it('fits a phone: nothing is wider than the screen', async () => {
    await usedCircuit(`a-name-${'that-is-long-'.repeat(10)}${uniqueName()}`);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(served.url);
    await page.locator('article').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(390);
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
    await page
      .getByText(/circuit/)
      .first()
      .waitFor();
    await page.locator('#link.on').waitFor();
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
