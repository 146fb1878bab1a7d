import { expect } from 'chai';
import { library, runProgram } from '../support/program.js';

describe('Streams that nobody reads to their end', () => {
  it('are forgotten by the library, read or not, keep no process alive, and are reported if they were read', async () => {
    const ended = await runProgram(`
      import { setFlagsFromString } from 'node:v8';
      import { runInNewContext } from 'node:vm';
      import {
        CircuitProtected, ConcurrencyLimited, RespectRateLimit, RetryOnTransient, TimeLimited,
      } from ${library('index.js')};
      setFlagsFromString('--expose-gc');
      const collectGarbage = runInNewContext('gc');

      let alive = 0;
      const registry = new FinalizationRegistry(() => (alive -= 1));
      const source = async function* source() {
        yield 'a';
        yield 'b';
      };
      const stack = (...decorators) => decorators.reduceRight((fn, decorator) => decorator(fn), source);
      const parts = [CircuitProtected(), RetryOnTransient(), RespectRateLimit(), ConcurrencyLimited({ limit: 100_000 })];
      const untimed = stack(...parts);
      const whole = stack(TimeLimited('1h'), ...parts, TimeLimited('1m'));
      const make = async (read, count, reads) => {
        for (let i = 0; i < count; i++) {
          const stream = read();
          registry.register(stream);
          alive += 1;
          for (let n = 0; n < reads; n++) await stream.next();
        }
      };
      // A time limit that runs keeps the process alive: whoever has begun to read is to read on, or to leave.
      await make(whole, 1000, 0);
      await make(untimed, 1000, 1);
      for (let i = 0; i < 50 && alive > 0; i++) {
        collectGarbage();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      console.log(alive);
    `);
    const lines = ended.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const line of lines) expect(line).to.include({ message: 'stream_dropped', method: 'source' });
    expect(ended.code).to.equal(0);
    expect(Number(ended.stdout)).to.be.below(20);
  });
});
