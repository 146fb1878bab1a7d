import { expect } from 'chai';
import { read, readOwn } from '#lib/failures/reading.js';

describe('A property of a thrown value', () => {
  it('is read of objects and functions, inherited ones too', () => {
    expect(read({ status: 503 }, 'status')).to.equal(503);
    expect(read(Object.create({ status: 503 }), 'status')).to.equal(503);
    expect(read(() => 1, 'length')).to.equal(0);
  });

  it('is undefined for what is neither, though it may have properties', () => {
    for (const value of ['text', 7, true, 7n, Symbol('x')]) expect(read(value, 'constructor')).to.equal(undefined);
    for (const value of [undefined, null]) expect(read(value, 'constructor')).to.equal(undefined);
  });
});

describe('A property of an object itself', () => {
  it('is its value, and nothing that would have to be computed or is inherited', () => {
    expect(readOwn({ body: 'text' }, 'body')).to.equal('text');
    expect(readOwn({}, 'body')).to.equal(undefined);
    expect(readOwn(Object.create({ body: 'text' }) as object, 'body')).to.equal(undefined);
    const computed = {
      get body() {
        return expect.fail('read');
      },
    };
    expect(readOwn(computed, 'body')).to.equal(undefined);
  });

  it('is undefined where a proxy throws', () => {
    const proxy = new Proxy(
      {},
      {
        getOwnPropertyDescriptor: () => {
          throw new Error('trap');
        },
      },
    );
    expect(readOwn(proxy, 'body')).to.equal(undefined);
  });
});
