// `npm run check:ai7`: the specs of holdfast/ai with AI SDK 7 too, which needs Node 22. Both are fetched for it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const PACKAGES = ['ai@7.0.173', '@ai-sdk/openai@4.0.118', '@ai-sdk/anthropic@4.0.105', 'zod@4.6.7'];

const folder = resolve('build/ai-7');
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/package.json`, JSON.stringify({ private: true }));
run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel', 'error', ...PACKAGES]);
const mocha = ['node', 'node_modules/mocha/bin/mocha.js', 'build/standard/ai/*.spec.js'];
run('npx', ['--yes', '--package', 'node@22', '--', ...mocha], { AI_7: folder });

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}
