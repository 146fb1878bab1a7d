import { expect } from 'chai';
import { structureOf } from '#lib/failures/structure.js';
import { failed, ofClass } from './support.js';

describe('The structure of an unknown error', () => {
  it('names the fields that it has, and those of its cause', () => {
    const cause = Object.assign(new TypeError('secret'), { code: 'SECRET' });
    expect(structureOf(failed({ code: 'SECRET', status: 'SECRET', data: {}, cause }))).to.deep.equal([
      ...['Error', 'code', 'status', 'cause', 'data', 'cause.TypeError', 'cause.code'],
    ]);
  });

  it('holds no value and no name of the error', () => {
    const error = ofClass(
      'SecretError',
      { secret: 'secret', name: 'SecretError', code: 'secret', cause: { secret: 1 } },
      'secret',
    );
    expect(structureOf(error).join(' ')).not.to.match(/secret/i);
  });

  it('is the type alone of what is no object', () => {
    expect([undefined, null, 'secret', 7, Symbol('secret')].map((value) => structureOf(value))).to.deep.equal([
      ...[['undefined'], ['null'], ['string'], ['number'], ['symbol']],
    ]);
    expect(structureOf({ status: 1 })).to.deep.equal(['object', 'status']);
  });

  it('survives what throws at everything', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(structureOf(proxy)).to.deep.equal(['object']);
    expect(structureOf(failed({ cause: proxy }))).to.deep.equal(['Error', 'cause', 'cause.object']);
  });
});
