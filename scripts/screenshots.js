// Takes the screenshots of docs/observability.md: the real page over real calls. Needs Chromium.
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { CircuitProtected, ConcurrencyLimited, circuit, configure, RespectRateLimit, RetryOnTransient } from 'holdfast';
import { serveDashboard } from 'holdfast/dashboard';

const SECONDS = Number(process.env.SECONDS ?? 40);
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

configure({ settings: { log: { level: 'silent' }, retry: { minWait: '50ms', maxWait: '200ms' } } });
const startedAt = Date.now();

/** A method that takes some time and fails with a chance that depends on the time. */
function service(name, { every, takes, fails, options = {}, layers = [] }) {
  const body = {
    [name]: async () => {
      await new Promise((resolve) => setTimeout(resolve, takes * (0.5 + Math.random())));
      if (Math.random() < fails((Date.now() - startedAt) / 1000)) throw Object.assign(new Error(), { status: 503 });
      return 'answer';
    },
  }[name];
  const decorated = [CircuitProtected({ recoveryTimeout: '15s', ...options }), ...layers].reduceRight(
    (inner, layer) => layer(inner),
    body,
  );
  setInterval(() => void decorated().catch(() => undefined), every).unref();
  return decorated;
}

const retry = RetryOnTransient();
service('Payments.charge', {
  every: 40,
  takes: 30,
  fails: (s) => (s > SECONDS * 0.6 ? 1 : 0.01),
  layers: [retry],
  options: { circuit: 'payments', fallback: 'queued' },
});
service('Search.query', {
  every: 15,
  takes: 60,
  fails: () => 0.12,
  layers: [retry],
  options: { circuit: 'search', failureThreshold: 50 },
});
service('Catalogue.list', {
  every: 10,
  takes: 15,
  fails: () => 0.001,
  layers: [retry, ConcurrencyLimited({ limit: 8, queue: 4 })],
  options: { circuit: 'catalogue' },
});
service('Mail.send', { every: 500, takes: 100, fails: () => 0, layers: [retry], options: { circuit: 'mail' } });
service('Billing.invoice', {
  every: 300,
  takes: 80,
  fails: () => 0,
  layers: [RespectRateLimit({ gate: 'billing' })],
  options: { circuit: 'billing' },
});

const served = await serveDashboard();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
mkdirSync('docs/screenshots', { recursive: true });
const open = async (colorScheme) => {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 860 } });
  await page.goto(served.url);
  return page;
};
const [light, dark] = [await open('light'), await open('dark')];
setTimeout(() => circuit('mail').isolate('the provider asked for it'), SECONDS * 700);
await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
await light.screenshot({ path: 'docs/screenshots/dashboard-light.png' });
await dark.screenshot({ path: 'docs/screenshots/dashboard-dark.png' });
await browser.close();
await served.close();
