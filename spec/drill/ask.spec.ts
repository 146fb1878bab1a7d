import { expect } from 'chai';
import { type FaultServer, startFaultServer } from '#lib/testing/fault-server/index.js';
import { scratch } from '../support/files.js';
import { begin, DRILL, linesOf, npmStart } from '../support/command.js';

const NOTES = `# Notes

The lighthouse keeper is called
Ottoline Grimsby.

The ferry leaves at nine.
`;
const QUESTION = 'Who is the lighthouse keeper?';
const ANSWER = 'The lighthouse keeper is called Ottoline Grimsby.';

describe('npm start -- ask', function () {
  this.timeout(15_000);
  const files = scratch();

  it('answers from the file that it is given, and says that the embedded server did', async () => {
    const { code, stdout, stderr } = await npmStart(['ask', QUESTION, files.write('notes.md', NOTES)]);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.equal(`${ANSWER}\n`);
    expect(stderr).to.include('Asking the embedded server').and.to.include('notes.md');
  });

  it('hands over the nearest paragraphs, not all of them', async () => {
    const others = Array.from({ length: 20 }, (_, i) => `Paragraph ${i} speaks of the weather.`).join('\n\n');
    const paths = [files.write('others.txt', others), files.write('notes.md', NOTES)];
    const { stdout } = await npmStart(['ask', QUESTION, ...paths]);
    expect(stdout).to.equal(`${ANSWER}\n`);
  });

  it("answers from holdfast's own docs when it is given no file, wherever it is run", async () => {
    const { code, stdout, stderr } = await npmStart(['ask', 'What is a circuit?'], { cwd: files.folder });
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/circuit/i);
    expect(stderr).to.match(/nearest of \d\d+ paragraphs/);
  });

  it('answers from 40 000 fences that are never closed, in a time that grows with their number only', async () => {
    const fences = '```js\n'.repeat(40_000);
    const { code, stdout, stderr, ms } = await npmStart([
      'ask',
      QUESTION,
      files.write('fences.md', `${NOTES}\n${fences}`),
    ]);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.equal(`${ANSWER}\n`);
    expect(ms).to.be.below(10_000);
  });

  describe('with an API key', () => {
    let api: FaultServer;
    beforeEach(async () => {
      api = await startFaultServer();
    });
    afterEach(() => api.close());

    const askTheApi = (env: Record<string, string> = {}) =>
      npmStart(['ask', QUESTION, files.write('notes.md', NOTES)], {
        env: { OPENAI_API_KEY: 'sk-secret-key', OPENAI_BASE_URL: api.baseUrl, RETRY_MIN_WAIT: '0.01', ...env },
      });

    it('asks the API, streams its answer, and says so', async () => {
      const { code, stdout, stderr } = await askTheApi({ OPENAI_CHAT_MODEL: 'gpt-of-mine' });
      expect(code, stderr).to.equal(0);
      expect(stdout).to.equal(`${ANSWER}\n`);
      expect(linesOf(stderr)[0]).to.equal(`Asking 127.0.0.1:${api.port} with gpt-of-mine.`);
      const chat = api.requests.find(({ path }) => path.endsWith('/chat/completions'));
      expect(chat?.body).to.include({ model: 'gpt-of-mine', stream: true });
      expect(chat?.headers.authorization).to.equal('Bearer sk-secret-key');
    });

    it('retries, and reports each retry in words', async () => {
      api.script({ type: 'status', status: 503 });
      const { code, stdout, stderr } = await askTheApi();
      expect(code, stderr).to.equal(0);
      expect(stdout).to.equal(`${ANSWER}\n`);
      expect(stderr).to.match(/No answer \(server\): attempt 2 of 3 in \d+ ms\./);
      expect(stderr).not.to.include('retry_scheduled');
    });

    it('reports a rejected question in one line, without the words of the API and without the key', async () => {
      api.always({ type: 'status', status: 401, message: 'Incorrect API key provided: sk-secret-key' });
      const { code, stdout, stderr } = await askTheApi();
      expect(code).to.equal(1);
      expect(stdout).to.equal('');
      expect(linesOf(stderr).at(-1)).to.match(/^holdfast: the question was not answered: rejected \(.*status 401/);
      expect(stderr).not.to.match(/sk-secret|Incorrect|^ +at /m);
    });

    it('ends with 130 and without a word when it is interrupted', async () => {
      api.always('stall');
      const path = files.write('notes.md', NOTES);
      const env = { OPENAI_API_KEY: 'sk-secret-key', OPENAI_BASE_URL: api.baseUrl };
      const { child, ended } = begin(DRILL, ['ask', QUESTION, path], { env });
      await api.received(1);
      child.kill('SIGINT');
      const { code, stderr } = await ended;
      expect(code).to.equal(130);
      expect(linesOf(stderr)).to.have.length(1);
    });
  });
});
