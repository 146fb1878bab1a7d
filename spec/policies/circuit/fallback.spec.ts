import { expect } from 'chai';
import { answerBy } from '#lib/policies/circuit/fallback.js';
import { rejectionOf } from '../../support/upstream.js';

describe('A fallback', () => {
  const first = new Error('first');
  const answer = (fallback: unknown, self: unknown, args: readonly unknown[], error: unknown): Promise<unknown> =>
    answerBy(fallback).with(self, args, error).promise;

  it('is called with the object, the error and the arguments, however many', async () => {
    const self = {};
    for (const args of [[], ['a'], [undefined], ['a', 'b'], ['a', 'b', 'c', 'd']]) {
      const calls: unknown[] = [];
      const fallback = function (this: unknown, ...given: unknown[]): string {
        calls.push(this, ...given);
        return 'instead';
      };
      expect(await answer(fallback, self, args, first)).to.equal('instead');
      expect(calls).to.deep.equal([self, first, ...args]);
    }
  });

  it('is a value of any kind, or a promise of one', async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- a thenable is what is tried
    const thenable = { then: (done: (value: string) => void) => done('later') };
    for (const value of ['', 0, false, null, new Map(), { a: 1 }, ['a']]) {
      expect(await answer(value, undefined, [], first)).to.deep.equal(value);
      expect(await answer(() => value, undefined, [], first)).to.equal(value);
      expect(await answer(async () => value, undefined, [], first)).to.equal(value);
    }
    expect(await answer(() => thenable, undefined, [], first)).to.equal('later');
  });

  it('that is a plain object or an array is copied for each call, however deep', async () => {
    const date = new Date(0);
    const original = Object.freeze({ tags: ['a'], deep: { list: [{ n: 1 }] }, date, [Symbol.for('s')]: 1 });
    const [one, other] = [await answer(original, undefined, [], first), await answer(original, undefined, [], first)];
    expect(one).to.deep.equal(original);
    expect(one).not.to.equal(other);
    const changed = one as { tags: string[]; deep: { list: { n: number }[] }; date: Date; extra?: number };
    changed.tags.push('b');
    (changed.deep.list[0] as { n: number }).n = 2;
    changed.extra = 1;
    expect(other).to.deep.equal(original);
    expect(original.tags).to.deep.equal(['a']);
    expect(changed.date).to.equal(date);
    const loop: { self?: unknown } = {};
    loop.self = loop;
    const copy = (await answer(loop, undefined, [], first)) as { self: unknown };
    expect(copy.self).to.equal(copy).and.not.to.equal(loop);
  });

  it('that is a Response is one for each caller to read', async () => {
    const fallback = new Response('instead', { status: 203 });
    for (let call = 0; call < 3; call++) {
      const given = (await answer(fallback, undefined, [], first)) as Response;
      expect([given.status, await given.text()]).to.deep.equal([203, 'instead']);
    }
  });

  it('that is a Response may be left unread by any number of callers', async () => {
    const substitute = answerBy(new Response('x'.repeat(3000), { status: 503, headers: { 'retry-after': '5' } }));
    for (let call = 0; call < 3000; call++)
      expect(((await substitute.with(undefined, [], first).promise) as Response).status).to.equal(503);
    const read = (await substitute.with(undefined, [], first).promise) as Response;
    expect([read.headers.get('retry-after'), (await read.text()).length]).to.deep.equal(['5', 3000]);
  });

  it('that is a Response need have no body', async () => {
    for (const fallback of [new Response(null, { status: 204 }), new Response(), Response.json({ a: 1 })]) {
      const text = await fallback.clone().text();
      for (let call = 0; call < 2; call++)
        expect(await ((await answer(fallback, undefined, [], first)) as Response).text()).to.equal(text);
    }
  });

  it('that is a Response somebody else has read fails as a fallback that throws does', async () => {
    const fallback = new Response('instead');
    const substitute = answerBy(fallback);
    await fallback.text();
    const thrown = (await rejectionOf(substitute.with(undefined, [], first).promise)) as Error;
    expect(thrown).to.be.instanceOf(TypeError).with.property('cause', first);
  });

  it('that is an object of a class is the same for all', async () => {
    const map = new Map();
    expect(await answer(map, undefined, [], first)).to.equal(map);
  });

  for (const [how, failWith] of [
    [
      'throws',
      (error: unknown) => () => {
        throw error;
      },
    ],
    ['rejects', (error: unknown) => () => Promise.reject(error)],
    [
      'rejects by a then of its own',
      // oxlint-disable-next-line unicorn/no-thenable -- a thenable is what is tried
      (error: unknown) => () => ({ then: (_done: unknown, fail: (error: unknown) => void) => fail(error) }),
    ],
  ] as const) {
    const failed = (error: unknown) => rejectionOf(answer(failWith(error), undefined, [], first));

    it(`that ${how} fails with its own error, and the first one as its cause, as if that had been given`, async () => {
      const own = new Error('own');
      expect(await failed(own)).to.equal(own);
      expect(Object.getOwnPropertyDescriptor(own, 'cause')).to.deep.equal(
        Object.getOwnPropertyDescriptor(new Error('', { cause: first }), 'cause'),
      );
    });

    it(`that ${how} what it was given adds nothing to it`, async () => {
      expect(await failed(first)).to.equal(first);
      expect(first).not.to.have.property('cause');
    });

    it(`that ${how} an error with a cause, a frozen one or none at all leaves it as it is`, async () => {
      const caused = new Error('own', { cause: 'known' });
      expect(await failed(caused))
        .to.equal(caused)
        .and.to.have.property('cause', 'known');
      const frozen = Object.freeze(new Error('own'));
      expect(await failed(frozen))
        .to.equal(frozen)
        .and.not.to.have.property('cause');
      const text = { message: 'no error' };
      expect(await failed(text))
        .to.equal(text)
        .and.not.to.have.property('cause');
      expect(await failed('text')).to.equal('text');
    });
  }
});
