// Takes the screenshots of docs/observability.md: the real page of the drill, while its upstream is down. Needs Chromium.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const FOLDER = process.env.FOLDER ?? 'docs/screenshots';
const SECONDS = process.env.SECONDS ?? '60';
const VIEWS = [
  { name: 'dashboard-light', colorScheme: 'light', viewport: { width: 1280, height: 860 } },
  { name: 'dashboard-dark', colorScheme: 'dark', viewport: { width: 1280, height: 860 } },
  { name: 'dashboard-phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
];

mkdirSync(FOLDER, { recursive: true });
const drill = spawn(process.execPath, ['build/drill/main.js', '--dashboard', '--seconds', SECONDS]);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const url = await addressIn(drill.stdout);
  const pages = await Promise.all(
    VIEWS.map(async ({ name, ...options }) => {
      const page = await browser.newPage(options);
      await page.goto(url);
      return { name, page };
    }),
  );
  // Circuits open for moments in other phases too: in the outage, nothing listens any more.
  const refused = pages[0].page.locator('#events li', { hasText: 'ECONNREFUSED' });
  await refused.first().waitFor({ timeout: Number(SECONDS) * 1000 });
  await Promise.all(
    pages.map(async ({ name, page }) => {
      await page.locator('article.open').first().waitFor();
      await page.screenshot({ path: `${FOLDER}/${name}.png` });
    }),
  );
} finally {
  await browser.close();
  drill.kill('SIGINT');
}

/** The address that the drill prints. */
function addressIn(output) {
  return new Promise((resolve, reject) => {
    let text = '';
    output.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      const [url] = /http:\/\/\S+#\S+/.exec(text) ?? [];
      if (url) resolve(url);
    });
    output.on('end', () => reject(new Error(`The drill has printed no address: ${text}`)));
  });
}
