import { expect } from 'chai';
import fc from 'fast-check';
import { keysBy } from '#lib/fetch/key.js';

const noRequest = (): Request => {
  throw new Error('no request is made for this');
};

describe('the key of a circuit', () => {
  for (const [url, host, origin] of [
    ['http://a.test/b', 'a.test', 'http://a.test'],
    ['https://A.test:443/b', 'a.test', 'https://a.test'],
    ['http://a.test:8080', 'a.test:8080', 'http://a.test:8080'],
    ['http://0x7f.1/', '127.0.0.1', 'http://127.0.0.1'],
    ['https://user:secret@a.test/', 'a.test', 'https://a.test'],
    ['http://[::1]:80/', '[::1]', 'http://[::1]'],
    ['http:///a.test', 'a.test', 'http://a.test'],
    ['http:\\\\a.test\\b', 'a.test', 'http://a.test'],
    ['HTTP://a.test?b', 'a.test', 'http://a.test'],
    ['\thttp://a.t\nest', 'a.test', 'http://a.test'],
    ['/relative', 'none', 'none'],
    ['data:text/plain,a', 'none', 'none'],
    ['http://', 'none', 'none'],
    ['', 'none', 'none'],
  ] as const) {
    it(`of ${JSON.stringify(url)} is ${host}, asked once and again`, () => {
      const [byHost, byOrigin] = [keysBy('host'), keysBy('origin')];
      for (let again = 0; again < 2; again++) {
        expect(byHost(url, noRequest)).to.equal(host);
        expect(byOrigin(url, noRequest)).to.equal(origin);
      }
    });
  }

  it('is the host that the runtime reads in any URL', () => {
    const keyOf = keysBy('host');
    const part = fc.stringMatching(/^[\w.:@/?#\\%[\] \t-]{0,12}$/);
    fc.assert(
      fc.property(fc.constantFrom('http://', 'https://'), part, part, (scheme, host, rest) => {
        const url = `${scheme}${host}${rest}`;
        const expected = URL.canParse(url) ? new URL(url).host : 'none';
        return keyOf(url, noRequest) === expected;
      }),
      { numRuns: 2000 },
    );
  });

  it('of a thousand hosts and more is right, and not kept for ever', () => {
    const keyOf = keysBy('host');
    for (let at = 0; at < 2500; at++) expect(keyOf(`http://h${at}.test/`, noRequest)).to.equal(`h${at}.test`);
    expect(keyOf('http://h0.test/', noRequest)).to.equal('h0.test');
  });
});
