import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import { type FaultServer, startFaultServer } from '#lib/testing/index.js';
import { compile } from '../docs/support/processes.js';
import { root } from '../docs/support/repository.js';
import { node } from '../package/support/processes.js';

const examples = join(root, 'examples');

/** Calls what a module exports, three times, in a process without a log. */
async function called(file: string, handler: string, cwd: string, upstream: FaultServer): Promise<unknown> {
  const program = `
    import { ${handler} } from ${JSON.stringify(pathToFileURL(file).href)};
    const said = [];
    for (let i = 1; i <= 3; i++) {
      const answer = await ${handler}().catch((error) => ({ error: error.message }));
      said.push(answer instanceof Response ? answer.status : (answer.error ?? answer.body));
    }
    console.log(JSON.stringify(said));
  `;
  const env = { MODELS_URL: upstream.baseUrl, RESILIENCE_LOG_LEVEL: 'silent' };
  const { stdout, stderr } = await node(['--input-type=module', '--eval', program], cwd, env);
  expect(stderr).to.equal('');
  return JSON.parse(stdout);
}

describe('the example of', function () {
  this.timeout(60_000);
  let upstream: FaultServer;
  let alone: string;

  before(async () => {
    upstream = await startFaultServer();
    alone = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-lambda-')));
  });
  after(async () => {
    await upstream.close();
    await rm(alone, { recursive: true });
  });
  beforeEach(() => {
    upstream.script('ok', ...Array.from({ length: 3 }, () => ({ type: 'status', status: 503 }) as const));
  });

  it('Next.js is a route handler that answers, fails as a gateway, and says when to come back', async () => {
    expect(await compile(join(examples, 'nextjs'))).to.equal('');
    const route = join(root, 'build/examples/nextjs/route.js');
    expect(await called(route, 'GET', root, upstream)).to.deep.equal([200, 502, 503]);
  });

  it('Lambda is one file without node_modules that answers, fails, and falls back', async () => {
    expect(await compile(join(examples, 'lambda'))).to.equal('');
    const outfile = join(alone, 'handler.mjs');
    const options = { bundle: true, minify: true, platform: 'node', target: 'es2022', format: 'esm' } as const;
    await build({ entryPoints: [join(examples, 'lambda/handler.ts')], outfile, ...options });
    expect(await readdir(alone)).to.deep.equal(['handler.mjs']);
    const [first, ...rest] = (await called(outfile, 'handler', alone, upstream)) as string[];
    expect(JSON.parse(first ?? '')).to.have.property('data');
    expect(rest).to.deep.equal(['HTTP 503', '{"data":[]}']);
  });

  for (const file of [
    'nextjs/route.ts',
    'lambda/handler.ts',
    'vitest/stock.test.ts',
    'jest/stock.test.ts',
    'bun/server.ts',
  ]) {
    it(`${file} has fewer than 40 lines`, async () => {
      expect((await readFile(join(examples, file), 'utf8')).trimEnd().split('\n')).to.have.lengthOf.below(40);
    });
  }
});
