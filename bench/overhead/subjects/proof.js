// That everyone does the job is looked at before anybody is timed.
import { strictEqual } from 'node:assert';
import { ATTEMPTS, FALLBACK, REJECTED, THRESHOLD, UNAVAILABLE } from './job.js';

const ANSWERED = 'answered';
const THREW = 'threw';

/** @throws when the subject does not answer, repeats or refuses as the job has it */
export async function prove({ name, protect, attempts = ATTEMPTS }) {
  let requests = 0;
  let thrown;
  const request = async (question) => {
    requests += 1;
    if (thrown) throw thrown;
    return question;
  };
  const expectOf = (ask) => async (how, outcome, sent, what) => {
    requests = 0;
    const ended = await ask('question').then(
      (answer) => [ANSWERED, answer],
      (error) => [THREW, error],
    );
    strictEqual(ended[0], how, `${name}: ${what}`);
    strictEqual(ended[1], outcome, `${name}: ${what}`);
    strictEqual(requests, sent, `${name}: requests of ${what}`);
  };
  const expectAnswered = expectOf(await protect(request));
  await expectAnswered(ANSWERED, 'question', 1, 'a healthy call');
  thrown = REJECTED;
  await expectAnswered(THREW, REJECTED, 1, 'a rejected call');
  // Anew, for somebody who counts failures within a window rather than in a row.
  const expectFailed = expectOf(await protect(request));
  thrown = UNAVAILABLE;
  for (let call = 1; call <= THRESHOLD; call++) await expectFailed(THREW, UNAVAILABLE, attempts, `failed call ${call}`);
  await expectFailed(ANSWERED, FALLBACK, 0, 'a call while open');
}
