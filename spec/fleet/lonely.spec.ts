import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { startFleetStore, type TestFleetStore } from '#lib/testing/index.js';

const PROGRAM = fileURLToPath(new URL('./support/lonely.js', import.meta.url));

describe('a process with nothing to do but to be a member of a fleet', function () {
  this.timeout(20_000);
  let store: TestFleetStore;

  beforeEach(async () => {
    store = await startFleetStore();
  });

  afterEach(() => store.close());

  async function run(
    library: string,
    timeout: '5s' | '250ms',
  ): Promise<{ readonly code: number | null; readonly stdout: string }> {
    const child = spawn(process.execPath, [PROGRAM, library, store.url, timeout], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(killer);
    return { code, stdout };
  }

  for (const library of ['redis', 'ioredis', 'iovalkey'])
    it(`ends by itself with ${library}`, async () => {
      const { code, stdout } = await run(library, '5s');
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'answer connected\n' });
    });

  // node-redis waits for its next try to connect with a timer of its own that cannot be let go.
  for (const library of ['ioredis', 'iovalkey'])
    it(`ends by itself with ${library} when the store is gone`, async () => {
      await store.close();
      const { code, stdout } = await run(library, '250ms');
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'answer degraded\n' });
    });
});
