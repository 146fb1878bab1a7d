import { expect } from 'chai';
import { classify } from '#lib/index.js';
import { caught, SDKS, ask } from '../support/sdks.js';

describe('A base URL with a user and a password', () => {
  it('is a mistake in the configuration, as fetch refuses it', async () => {
    const failure = classify(await caught(fetch('http://user:secret@127.0.0.1:9/v1')));
    expect(failure).to.deep.equal({ kind: 'misconfigured', transient: false, errorName: 'TypeError' });
  });

  for (const { name, client } of SDKS) {
    it(`is a mistake in the configuration, as ${name} wraps it`, async () => {
      const error = await caught(ask(client('http://user:secret@127.0.0.1:9/v1')));
      expect(classify(error).kind).to.equal('misconfigured');
    });
  }
});
