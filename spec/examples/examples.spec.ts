import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { compile, type Ended, inTurn, runFile } from '../docs/support/processes.js';
import { root } from '../docs/support/repository.js';

interface Example {
  readonly folder: string;
  readonly file: string;
  readonly prints: readonly string[];
}

const EXAMPLES: readonly Example[] = [
  {
    folder: 'standard',
    file: 'service',
    prints: [
      '  warn: retry_scheduled',
      '  warn: retry_scheduled',
      'The library opens at nine.',
      '  warn: retry_scheduled',
      '  warn: retry_scheduled',
      '  warn: retry_gave_up',
      '  error: circuit_opened',
      'failed: Connection error.',
      '  debug: circuit_refused',
      '  warn: fallback_used',
      'I cannot look it up. What I said last: The library opens at nine.',
      'the circuit is open',
      '  info: circuit_half_open',
      '  info: circuit_closed',
      'Cards are free.',
    ],
  },
  {
    folder: 'nestjs',
    file: 'service',
    prints: [
      '  warn: retry_scheduled',
      'Hafen is a harbour.',
      '  warn: retry_scheduled',
      '  warn: retry_gave_up',
      '  error: circuit_opened',
      'failed: Connection error.',
      '  debug: circuit_refused',
      '  warn: fallback_used',
      '(not translated)',
      'the circuit is open',
    ],
  },
  {
    folder: 'plain',
    file: 'fetch',
    prints: [
      '  attempt 1 failed: network',
      '  attempt 2 failed: server',
      'there are models',
      '  attempt 1 failed: server',
      '  attempt 2 failed: server',
      '  gave up: attempts',
      'failed: HTTP 503',
      '  attempt 1 failed: server',
      '  attempt 2 failed: server',
      '  gave up: attempts',
      '  the circuit models is open',
      'failed: HTTP 503',
      'there were models a moment ago; ask again in about 20 s',
      '9 requests, and the circuit is open',
    ],
  },
];

describe('the example programs', () => {
  const said = new Map<string, string>();
  const ended = new Map<string, Ended>();

  before(async function () {
    this.timeout(120_000);
    await inTurn(EXAMPLES, async ({ folder, file }) => {
      said.set(folder, await compile(join(root, 'examples', folder)));
      ended.set(folder, await runFile(join(root, 'build', 'examples', folder, `${file}.js`)));
    });
  });

  for (const { folder, file, prints } of EXAMPLES) {
    describe(folder, () => {
      it('compiles with its own tsconfig', () => {
        expect(said.get(folder)).to.equal('');
      });

      it('ends by itself, without an error and without a word on standard error', () => {
        expect(ended.get(folder)).to.include({ code: 0, stderr: '' });
      });

      it('shows a retry, an open circuit and a fallback', () => {
        expect(ended.get(folder)?.stdout.trimEnd().split('\n')).to.deep.equal(prints);
      });

      it('has fewer than 60 lines', () => {
        const lines = readFileSync(join(root, 'examples', folder, `${file}.ts`), 'utf8')
          .trimEnd()
          .split('\n');
        expect(lines).to.have.lengthOf.below(60);
      });
    });
  }
});
