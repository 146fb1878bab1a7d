import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { compile, type Ended, inTurn, runFile } from '../docs/support/processes.js';
import { root } from '../docs/support/repository.js';

interface Example {
  readonly folder: string;
  readonly file: string;
  readonly prints: readonly string[];
  /** It has fewer lines than this. Default: 60. */
  readonly most?: number;
  /** The project file, if the example is compiled for another dialect too, and the folder that it writes to. */
  readonly project?: string;
  readonly output?: string;
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
      '  debug: call_failed',
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
    most: 40,
    prints: ['200', '502', '503'],
  },
  {
    folder: 'express',
    file: 'server',
    most: 40,
    prints: ['200', '502', '503'],
  },
  {
    folder: 'plain',
    file: 'fetch',
    most: 40,
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
  {
    folder: 'policy',
    file: 'service',
    prints: [
      'most is 2, from a section',
      'HAFEN',
      'SEE',
      '  quota_used_up Translator.translate',
      '  fallback_used Translator.translate',
      '(tomorrow)',
      'UFER',
    ],
  },
  {
    folder: 'policy',
    project: 'tsconfig.legacy.json',
    output: 'policy-legacy',
    file: 'service',
    prints: [
      'most is 2, from a section',
      'HAFEN',
      'SEE',
      '  quota_used_up Translator.translate',
      '  fallback_used Translator.translate',
      '(tomorrow)',
      'UFER',
    ],
  },
];

describe('the page about policies', () => {
  it('has the policy of the example, word for word', () => {
    const example = readFileSync(join(root, 'examples/policy/daily-quota.ts'), 'utf8');
    const code = example.slice(example.indexOf('import'));
    expect(readFileSync(join(root, 'docs/policies.md'), 'utf8')).to.contain(code);
  });
});

describe('the example programs', () => {
  const said = new Map<string, string>();
  const ended = new Map<string, Ended>();

  before(async function () {
    this.timeout(120_000);
    await inTurn(EXAMPLES, async ({ folder, file, project = 'tsconfig.json', output = folder }) => {
      said.set(output, await compile(join(root, 'examples', folder, project)));
      ended.set(output, await runFile(join(root, 'build', 'examples', output, `${file}.js`)));
    });
  });

  for (const { folder, file, prints, output = folder, most = 60 } of EXAMPLES) {
    describe(output, () => {
      it('compiles with its own tsconfig', () => {
        expect(said.get(output)).to.equal('');
      });

      it('ends by itself, without an error and without a word on standard error', () => {
        expect(ended.get(output)).to.include({ code: 0, stderr: '' });
      });

      it('prints what it is there to show', () => {
        expect(ended.get(output)?.stdout.trimEnd().split('\n')).to.deep.equal(prints);
      });

      it(`has fewer than ${most} lines`, () => {
        const lines = readFileSync(join(root, 'examples', folder, `${file}.ts`), 'utf8')
          .trimEnd()
          .split('\n');
        expect(lines).to.have.lengthOf.below(most);
      });
    });
  }
});
