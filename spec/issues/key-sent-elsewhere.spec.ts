import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { scratch } from '../support/files.js';
import { library, runProgram } from '../support/program.js';

describe('The API key of the environment', () => {
  const files = scratch();
  let server: Server;
  let address: string;
  let keys: (string | undefined)[];

  beforeEach(async () => {
    keys = [];
    server = createServer((request, response) => {
      keys.push(request.headers.authorization);
      response.writeHead(400).end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const ask = (settings = '') => `
    import { configure } from ${library('index.js')};
    import { EmbeddingService, createClient } from ${library('openai/index.js')};
    ${settings}
    try { await new EmbeddingService().embedText('text') } catch ({ name, message }) { console.log(name, message) }`;
  const env = { OPENAI_API_KEY: 'sk-of-the-environment', RESILIENCE_LOG_LEVEL: 'silent', RESILIENCE_CONFIG: '' };
  const SENT = ['Bearer sk-of-the-environment'];

  it('is not sent to an address that a file in the working directory names', async () => {
    files.write('resilience.json', { openai: { baseUrl: address } });
    const { stdout, stderr } = await runProgram(ask(), env, files.folder);
    expect(stdout).to.equal(
      'ConfigurationError openai.baseUrl: expected an address from OPENAI_BASE_URL or from code beside the key of ' +
        'OPENAI_API_KEY, got one from resilience.json in the working directory, to which the key is not sent. Write: OPENAI_BASE_URL=…\n',
    );
    expect(stderr).to.equal('');
    expect(keys).to.deep.equal([]);
  });

  it('is not sent there, if RESILIENCE_CONFIG names that file either', async () => {
    const RESILIENCE_CONFIG = files.write('mine.json', { openai: { baseUrl: address } });
    const { stdout } = await runProgram(ask(), { ...env, RESILIENCE_CONFIG }, files.folder);
    expect(stdout).to.match(/^ConfigurationError openai\.baseUrl/);
    expect(keys).to.deep.equal([]);
  });

  for (const [what, prepare] of [
    ['the environment', () => ({ env: { OPENAI_BASE_URL: address }, code: '' })],
    ['code', () => ({ env: {}, code: `configure({ settings: { openai: { baseUrl: '${address}' } } });` })],
    [
      'a file elsewhere that RESILIENCE_CONFIG names',
      () => {
        mkdirSync(join(files.folder, 'etc'));
        return { env: { RESILIENCE_CONFIG: files.write('etc/mine.json', { openai: { baseUrl: address } }) }, code: '' };
      },
    ],
  ] as const) {
    it(`is sent to an address from ${what}`, async () => {
      const { env: more, code } = prepare();
      files.write('resilience.json', { openai: { baseUrl: 'http://127.0.0.1:9/v1' } });
      await runProgram(ask(code), { ...env, ...more }, files.folder);
      expect(keys).to.deep.equal(SENT);
    });
  }

  it('does not keep a key of the file from the address of the file', async () => {
    files.write('resilience.json', { openai: { baseUrl: address, apiKey: 'sk-of-the-file' } });
    await runProgram(ask(), { ...env, OPENAI_API_KEY: '' }, files.folder);
    expect(keys).to.deep.equal(['Bearer sk-of-the-file']);
  });

  it('fails nobody but the services', async () => {
    files.write('resilience.json', { openai: { baseUrl: address } });
    const source = `import { RetryOnTransient } from ${library('index.js')};
      console.log(await RetryOnTransient()(async () => 'answer')());`;
    expect((await runProgram(source, env, files.folder)).stdout).to.equal('answer\n');
  });
});
