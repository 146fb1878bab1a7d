import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const LIBRARY = fileURLToPath(import.meta.resolve('#lib/testing/fault-server/index.js'));
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

const PROGRAM = `
import { startFaultServer, type Fault, type FaultServer, type FaultServerOptions, type RecordedRequest } from ${JSON.stringify(LIBRARY)};
const options: FaultServerOptions = { latencyMs: 5 };
export async function use(): Promise<readonly RecordedRequest[]> {
  const server: FaultServer = await startFaultServer(options);
  const fault: Fault = { type: 'stream-cut', afterChunks: 2 };
  server.script('ok', 'reset', fault, { type: 'status', status: 503, headers: { 'retry-after': '1' } });
  server.always((request, index) => (index > 3 && request.path.endsWith('chat') ? 'quota' : 'ok'));
  // @ts-expect-error a status is needed
  server.script('status');
  // @ts-expect-error a stream is not cut after bytes
  server.script({ type: 'stream-cut', afterBytes: 2 });
  await server.close();
  return server.requests;
}`;

describe('the types of the fault server', () => {
  it('compile for a consumer without the types of Node or the DOM, every declaration checked', function () {
    this.timeout(20_000);
    const folder = mkdtempSync(join(tmpdir(), 'fault-server-types-'));
    try {
      writeFileSync(join(folder, 'program.mts'), PROGRAM);
      const options =
        '--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2022 --lib es2022 --types';
      const args = [
        TSC,
        ...options.split(' '),
        '',
        '--skipLibCheck',
        'false',
        '--listFiles',
        join(folder, 'program.mts'),
      ];
      let said: string;
      try {
        said = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
      } catch (error) {
        throw new Error((error as { stdout: string }).stdout, { cause: error });
      }
      const read = said.split('\n').filter((file) => file.startsWith(dirname(LIBRARY)));
      expect(read.map((file) => file.slice(dirname(LIBRARY).length + 1))).to.include('fault-server.d.ts');
      for (const file of read) expect(readFileSync(file, 'utf8')).to.not.match(/Buffer|NodeJS|node:|types="node"/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
