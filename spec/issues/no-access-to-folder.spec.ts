import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { scratch } from '../support/files.js';
import { library } from '../support/program.js';

describe('A process without access to its working directory', () => {
  const files = scratch();
  const permission = Number(process.versions.node.split('.')[0]) >= 24 ? '--permission' : '--experimental-permission';

  function run(source: string, env: Record<string, string> = {}) {
    const allowed = [realpathSync('dist'), realpathSync('node_modules'), resolve('package.json')];
    const args = [
      permission,
      ...allowed.map((path) => `--allow-fs-read=${path}`),
      '--no-warnings',
      '--input-type=module',
    ];
    return promisify(execFile)(process.execPath, [...args, '--eval', source], {
      cwd: files.folder,
      env: { ...process.env, RESILIENCE_CONFIG: '', RESILIENCE_LOG_LEVEL: 'silent', ...env },
    });
  }

  const source = `import { RetryOnTransient } from ${library('index.js')};
    const ask = RetryOnTransient()(async () => 'answer');
    for (let i = 0; i < 2; i++) console.log(await ask().catch(({ name, message }) => name + ' ' + message));`;

  it('has no settings file, also where one lies there', async () => {
    expect((await run(source)).stdout).to.equal('answer\nanswer\n');
    files.write('resilience.json', { retry: { maxAttempts: 0 } });
    expect((await run(source)).stdout).to.equal('answer\nanswer\n');
  });

  it('is told so of a file that it names', async () => {
    const { stdout } = await run(source, { RESILIENCE_CONFIG: files.write('mine.json', {}) });
    expect(stdout).to.match(
      /^ConfigurationError RESILIENCE_CONFIG: expected a JSON file, got ".*mine\.json": there is no such file\n/,
    );
  });
});
