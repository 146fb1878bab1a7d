import { expect } from 'chai';
import { failureUnknown } from '#lib/failures/unknown.js';

describe('The event of an unknown failure', () => {
  const fieldsOf = (error: unknown): readonly string[] =>
    failureUnknown({ method: 'm' }, error, { kind: 'unknown' }).fields;

  it('names the known fields that the error has, in a fixed order, and none of their values', () => {
    const error = Object.assign(new Error('a secret'), { sqlState: 'a secret', status: 'odd', prompt: 'a secret' });
    const event = failureUnknown({ method: 'Shop.pay', circuit: 'shop' }, error, {
      kind: 'unknown',
      errorName: 'Error',
    });
    expect(event).to.deep.include({ type: 'failure_unknown', method: 'Shop.pay', circuit: 'shop', errorName: 'Error' });
    expect(event.fields).to.deep.equal(['name', 'message', 'status', 'sqlState']);
    expect(event.reason).to.contain('configure({ classify');
    expect(JSON.stringify(event)).not.to.match(/secret|odd|prompt/);
    expect(Object.isFrozen(event.fields)).to.equal(true);
  });

  it('names the known fields of its cause', () => {
    const cause = Object.assign(new TypeError('a secret'), { code: 'a secret', order: 1 });
    expect(fieldsOf({ data: {}, cause })).to.deep.equal([
      ...['cause', 'data', 'cause.name', 'cause.message', 'cause.code'],
    ]);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(fieldsOf({ cause: proxy })).to.deep.equal(['cause']);
  });

  it('can be made of anything that was thrown', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('boom');
        },
      },
    );
    for (const thrown of [undefined, null, 'text', 5, hostile]) expect(fieldsOf(thrown)).to.deep.equal([]);
    expect(fieldsOf({ code: 0, name: undefined })).to.deep.equal(['code']);
  });
});
