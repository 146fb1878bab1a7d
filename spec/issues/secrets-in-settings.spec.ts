import { expect } from 'chai';
import { ConfigurationError, loadSettings } from '#lib/index.js';
import { scratch } from '../support/files.js';
import { holdfast } from '../support/command.js';
import { library, runProgram } from '../support/program.js';

const SECRETS = [
  'sk-proj-abcdefghijkl',
  'https://a:p@TAIL@host/v1?api-key=XSECRET',
  'AKIAIOSFODNN7EXAMPLE',
  'hunter2 hunter2',
];
/** What must not be seen of them. */
const HIDDEN = /abcdefghijkl|TAIL|XSECRET|IOSFODNN|hunter2/;

describe('A secret instead of a setting', () => {
  const files = scratch();

  it('is quoted by no problem, whatever the setting and wherever it stands', () => {
    for (const secret of SECRETS) {
      const file = files.write('a.json', {
        openai: { baseUrl: secret, apiKey: `${secret}\n`, chatModel: [secret], [secret]: 1 },
        retry: { maxAttempts: secret, minWait: secret, jitter: secret },
        circuit: { fallbackOn: [secret] },
        methods: { 'A.b': { retry: secret, [secret]: { maxAttempts: 1 } } },
        [secret]: {},
      });
      const env = {
        OPENAI_BASE_URL: `${secret} `,
        RETRY_MAX_WAIT: secret,
        RETRY_ENABLED: secret,
        FLEET_QUORUM: secret,
      };
      let problems: readonly string[] = [];
      try {
        loadSettings({ env, file });
      } catch (error) {
        problems = (error as ConfigurationError).problems;
      }
      expect(problems).to.have.lengthOf.above(10);
      expect(problems.join('\n')).not.to.match(secret === SECRETS[3] ? /got .*hunter2/ : HIDDEN);
    }
  });

  it('is shown as origin or by its length', () => {
    const problem = (OPENAI_BASE_URL: string): string => {
      try {
        loadSettings({ env: { OPENAI_BASE_URL } });
      } catch (error) {
        return (error as ConfigurationError).problems[0] ?? '';
      }
      return '';
    };
    expect(problem('sk-proj-abc')).to.match(/got a text of 11 characters$/);
    expect(problem('ftp://a:p@TAIL@host/v1?api-key=X')).to.match(/got "ftp:\/\/host"$/);
  });

  it('is printed by explain neither where it is right nor where it is wrong', async function () {
    this.timeout(60_000);
    const env = {
      OPENAI_API_KEY: 'sk-proj-abcdefghijkl',
      OPENAI_CHAT_MODEL: 'sk-proj-abcdefghijkl',
      RESILIENCE_CONFIG: '',
    };
    for (const OPENAI_BASE_URL of SECRETS) {
      for (const args of [['explain'], ['explain', '--json']]) {
        const { stdout, stderr } = await holdfast(args, { env: { ...env, OPENAI_BASE_URL }, cwd: files.folder });
        expect(stdout + stderr).not.to.match(HIDDEN);
      }
    }
  });

  it('is in no line of the log, and a file that is wrong all over fills ten problems of 200 characters at most', async () => {
    const wrong = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`key${i}`.repeat(20), SECRETS[i % 4]]));
    const { stderr } = await runProgram(
      `import { writeFileSync } from 'node:fs';
      import { reload } from ${library('index.js')};
      writeFileSync('resilience.json', '{}');
      reload();
      writeFileSync('resilience.json', ${JSON.stringify(JSON.stringify({ openai: { baseUrl: SECRETS[0] }, retry: wrong }))});
      try { reload() } catch ({ problems }) { console.log(problems.length) }
      process.exit();`,
      {},
      files.folder,
    );
    const [, line = ''] = stderr.trimEnd().split('\n');
    const { message, reason } = JSON.parse(line) as { message: string; reason: string };
    expect(message).to.equal('settings_refused');
    expect(line).not.to.match(HIDDEN);
    expect(reason.split('; ').length).to.be.at.most(20);
    expect(reason.length)
      .to.be.at.most(10 * 202)
      .and.above(1000);
  });
});
