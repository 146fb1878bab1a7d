import { expect } from 'chai';
import { answerOf } from '#lib/call/predicate.js';
import { ConfigurationError } from '#lib/index.js';

describe('The answer of a predicate', () => {
  it('is true or false, as JavaScript takes values', () => {
    for (const value of [true, 1, 'no', {}, [], () => false])
      expect(answerOf(value, 'Service.ask', '@X() option')).to.equal(true);
    for (const value of [false, 0, '', null, undefined, Number.NaN])
      expect(answerOf(value, 'Service.ask', '@X() option')).to.equal(false);
  });

  it('is never a promise, whose outcome is ignored: the error says where and what to write', () => {
    const cause = new Error('503');
    const answers = [Promise.resolve(false), Promise.reject(new Error('secret'))];
    for (const answer of answers) {
      let thrown: unknown;
      try {
        answerOf(answer, 'Service.ask', '@RetryOnTransient() retryOn', { cause });
      } catch (error) {
        thrown = error;
      }
      expect(thrown).to.be.instanceOf(ConfigurationError).and.to.have.property('cause', cause);
      expect((thrown as Error).message).to.equal(
        'Service.ask: @RetryOnTransient() retryOn: expected true or false, got a promise. Write it without async',
      );
    }
  });
});
