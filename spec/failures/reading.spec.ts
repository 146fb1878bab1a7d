import { expect } from 'chai';
import { read } from '#lib/failures/reading.js';

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
