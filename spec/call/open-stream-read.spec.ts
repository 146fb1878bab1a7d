import { expect } from 'chai';
import { UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import { OpenStream, streamOf, watchEnd } from '#lib/call/open-stream.js';
import type { Stream } from '#lib/call/policy.js';
import type { Tie } from '#lib/call/readable.js';
import { Scope } from '#lib/call/scope.js';
import { FakeClock } from '#lib/testing/index.js';
import { contextOf } from '../support/method-context.js';
import { deferred, rejectionOf, turn, watch } from '../support/upstream.js';

const DONE = { value: undefined, done: true };

describe('An open stream', () => {
  let seen: unknown[] = [];
  beforeEach(() => {
    seen = [];
  });

  /** Answers as it is told to, and notes what it is asked. */
  function source(answers: Partial<Record<'next' | 'return' | 'throw', () => Promise<unknown>>> = {}): Stream {
    const step = (name: 'next' | 'return' | 'throw', usual: () => Promise<unknown>) => (given: unknown) => {
      seen.push([name, given]);
      return (answers[name] ?? usual)();
    };
    let chunks = 0;
    return {
      next: step('next', async () => ({ value: (chunks += 1), done: false })),
      return: step('return', async () => DONE),
      throw: step('throw', async () => DONE),
    } as unknown as Stream;
  }

  const opened = (given: Stream, first?: IteratorResult<unknown>, scope?: Scope): OpenStream => {
    const stream = new OpenStream(given, first, scope);
    watchEnd(stream, { ended: (...end) => void seen.push(['ended', ...end.slice(0, 3)]) });
    return stream;
  };
  const newScope = (): Scope => new Scope(new Call(contextOf(new FakeClock(0)), undefined, [], UNGUARDED));

  it('gives the chunk that was read already, then asks its source, sending on what it is sent', async () => {
    const stream = opened(source(), { value: 'first', done: false });
    expect(await stream.next('lost')).to.deep.equal({ value: 'first', done: false });
    expect(await stream.next('sent')).to.deep.equal({ value: 1, done: false });
    expect(await stream.next('again')).to.deep.equal({ value: 2, done: false });
    expect(seen).to.deep.equal([
      ['next', 'sent'],
      ['next', 'again'],
    ]);
    expect([stream.isOver, stream[Symbol.asyncIterator](), streamOf(stream)]).to.deep.equal([false, stream, stream]);
  });

  it('is over when its source has returned, and tells that to those who come later', async () => {
    const stream = opened(source({ next: async () => ({ value: 'result', done: true }) }));
    const returned: unknown[] = [];
    stream.watch({ ended: (...end) => returned.push(...end) });
    expect(await stream.next()).to.deep.equal({ value: 'result', done: true });
    expect(returned).to.deep.equal(['completed', undefined, 0, 'result']);
    expect(stream.isOver).to.equal(true);
    opened(stream);
    stream.watch({ ended: (...end) => void seen.push(end) });
    expect(seen).to.deep.equal([
      ['next', undefined],
      ['ended', 'completed', undefined, 0],
      ['completed', undefined, 0],
    ]);
    for (const value of ['a', 'b']) {
      expect(await stream.next(value)).to.deep.equal(DONE);
      expect(await rejectionOf(stream.throw(value))).to.equal(value);
    }
    expect(stream.drop()).to.equal(false);
  });

  it('shows each wait and chunk to those who watch them', async () => {
    const stream = opened(source(), { value: 'first', done: false });
    watchEnd(stream, {
      waits: () => void seen.push('waits'),
      chunk: (value) => void seen.push(['chunk', value]),
      ended: () => undefined,
    });
    for (let i = 0; i < 3; i++) await stream.next();
    expect(seen).to.deep.equal([
      ['chunk', 'first'],
      ...['waits', ['next', undefined], ['chunk', 1]],
      ...['waits', ['next', undefined], ['chunk', 2]],
    ]);
    for (const watcher of [{ waits: () => void seen.push('waits') }, { chunk: () => void seen.push('chunk') }]) {
      seen = [];
      const other = new OpenStream(source(), { value: 'first', done: false }, undefined);
      await other.next();
      // Whoever comes after the first chunk sees the next ones.
      other.watch({ ...watcher, ended: () => undefined });
      await other.next();
      expect(seen).to.have.lengthOf(2);
    }
  });

  it('fails as its source does, and takes what the reader throws in for an end by the reader', async () => {
    const error = new Error('broken');
    const broken = { next: () => Promise.reject(error), throw: () => Promise.reject(error) };
    for (const first of [undefined, { value: 'first', done: false } as const]) {
      const failing = opened(source(broken), first);
      if (first) await failing.next();
      expect(await rejectionOf(failing.next())).to.equal(error);
      expect(await failing.next()).to.deep.equal(DONE);
      const thrown = opened(source(broken), first);
      expect(await rejectionOf(thrown.throw('thrown in'))).to.equal(error);
      // A chunk that was read already is lost.
      expect(await thrown.next()).to.deep.equal(DONE);
    }
    const after = opened(source({ throw: () => Promise.resolve({ value: 7, done: false }) }));
    expect(await after.throw('thrown in')).to.deep.equal({ value: 7, done: false });
    await after.next();
    await after.return();
    expect(seen.filter((each) => (each as unknown[])[0] === 'ended')).to.deep.equal([
      ['ended', 'failed', error, 0],
      ['ended', 'left', error, 0],
      ['ended', 'failed', error, 1],
      ['ended', 'left', error, 0],
      ['ended', 'left', undefined, 2],
    ]);
  });

  it('tells a failure after one that was thrown in and survived as one of the source', async () => {
    const error = new Error('broken');
    let asked = 0;
    const next = async (): Promise<unknown> => {
      if ((asked += 1) > 1) throw error;
      return { value: 'a', done: false };
    };
    const surviving = source({ next, throw: async () => ({ value: 'b', done: false }) });
    const stream = opened(surviving, { value: 'first', done: false });
    for (const step of ['next', 'throw', 'next'] as const) await stream[step]('x');
    expect(await rejectionOf(stream.next())).to.equal(error);
    expect(seen.at(-1)).to.deep.equal(['ended', 'failed', error, 3]);
  });

  it('settles several requests in their order', async () => {
    const late = deferred();
    const answers = [
      late.promise.then(() => ({ value: 'a', done: false })),
      Promise.resolve({ value: 'b', done: true }),
    ];
    const stream = opened(source({ next: () => answers.shift() as Promise<unknown> }), { value: 'first', done: false });
    await stream.next();
    const requests = [stream.next('1'), stream.next('2'), stream.next('3'), stream.throw('4')].map((request) =>
      watch(request),
    );
    await turn();
    expect(requests.map(({ settled }) => settled)).to.deep.equal(new Array(4).fill({ done: false }));
    expect(seen).to.deep.equal([['next', '1']]);
    late.resolve(undefined);
    await turn();
    expect(requests.map(({ settled }) => settled)).to.deep.equal([
      { done: true, value: { value: 'a', done: false } },
      { done: true, value: { value: 'b', done: true } },
      { done: true, value: DONE },
      { done: true, error: '4' },
    ]);
  });

  it('ends all requests at once when it is left, and waits for the cleanup only where none was pending', async () => {
    const cleanup = deferred();
    const hanging = source({ next: () => new Promise(() => undefined), return: () => cleanup.promise });
    const stream = opened(hanging);
    const requests = [stream.next(), stream.next()];
    expect(await stream.return(Promise.resolve('value'))).to.deep.equal({ value: 'value', done: true });
    expect(await Promise.all(requests)).to.deep.equal([DONE, DONE]);
    expect(seen).to.deep.equal([
      ['next', undefined],
      ['ended', 'left', undefined, 0],
      ['return', undefined],
    ]);
    const idle = opened(source({ return: () => cleanup.promise }));
    const left = watch(idle.return('value'));
    const disposed = watch(opened(source({ return: () => cleanup.promise }))[Symbol.asyncDispose]());
    await turn();
    expect([left.settled, disposed.settled]).to.deep.equal([{ done: false }, { done: false }]);
    expect(idle.isOver).to.equal(true);
    cleanup.resolve(undefined);
    await turn();
    expect(left.settled).to.deep.equal({ done: true, value: { value: 'value', done: true } });
    expect(disposed.settled).to.deep.equal({ done: true, value: undefined });
  });

  it('closes its source when it is dropped, once', async () => {
    const stream = opened(source({ return: () => Promise.reject(new Error('ignored')) }));
    expect([stream.drop(), stream.drop()]).to.deep.equal([true, false]);
    await turn();
    expect(seen).to.deep.equal([
      ['ended', 'left', undefined, 0],
      ['return', undefined],
    ]);
  });

  it('tells when the cleanup of its source is over', async () => {
    const cleanup = deferred();
    const closing = (given: Stream, name: string): OpenStream => {
      const stream = new OpenStream(given, undefined, undefined);
      stream.watch({ ended: () => undefined, closed: () => void seen.push(name) });
      stream.watch({ ended: () => undefined });
      return stream;
    };
    await closing(source({ next: async () => DONE }), 'completed').next();
    expect(seen).to.deep.equal([['next', undefined], 'completed']);
    closing(source({ return: () => cleanup.promise }), 'dropped').drop();
    await turn();
    expect(seen.at(-1)).not.to.equal('dropped');
    cleanup.reject(new Error('cleanup'));
    await turn();
    expect(seen.at(-1)).to.equal('dropped');
  });

  it('lets go of its reader between requests, and of both when it is over', async () => {
    const late = deferred();
    const answers = [Promise.resolve({ value: 'a', done: false }), late.promise];
    const stream = opened(source({ next: () => answers.shift() as Promise<unknown> }));
    const tie: Tie = { stream: undefined, reader: undefined };
    stream.tieTo(tie);
    expect(tie.stream).to.equal(stream);
    const reader = {};
    tie.reader = reader;
    await stream.next();
    expect(tie).to.deep.equal({ stream, reader: undefined });
    tie.reader = reader;
    const asked = stream.next();
    await turn();
    expect(tie.reader).to.equal(reader);
    late.resolve(DONE);
    await asked;
    expect(tie).to.deep.equal({ stream: undefined, reader: undefined });
    const other: Tie = { stream, reader: undefined };
    stream.tieTo(other);
    expect(other.stream).to.equal(undefined);
  });

  describe('within a limit', () => {
    it('ends with it while a chunk is pending, and closes its source', async () => {
      const scope = newScope();
      const stream = opened(source({ next: () => new Promise(() => undefined) }), undefined, scope);
      const asked = rejectionOf(stream.next('sent'));
      const error = new Error('limit');
      scope.end('deadline', error);
      expect(await asked).to.equal(error);
      expect(seen).to.deep.equal([
        ['next', 'sent'],
        ['return', undefined],
        ['ended', 'failed', error, 0],
      ]);
      expect(await stream.next()).to.deep.equal(DONE);
    });

    for (const [cause, isRead, how] of [
      ['deadline', true, 'failed'],
      ['deadline', false, 'left'],
      ['aborted', true, 'left'],
    ] as const)
      it(`ends with it between chunks: ${cause}, ${isRead ? 'read' : 'unread'}`, async () => {
        const scope = newScope();
        const stream = opened(source(), isRead ? { value: 'first', done: false } : undefined, scope);
        const error = new Error('limit');
        scope.end(cause, error);
        expect(seen).to.deep.equal([
          ['ended', how, error, 0],
          ['throw', error],
        ]);
        expect(await rejectionOf(stream.next())).to.equal(error);
        expect(await stream.next()).to.deep.equal(DONE);
      });

    it('tells the end of the limit to nobody who has left', async () => {
      const scope = newScope();
      const stream = opened(source(), undefined, scope);
      scope.end('deadline', new Error('limit'));
      expect(await stream.return('value')).to.deep.equal({ value: 'value', done: true });
      expect(await stream.next()).to.deep.equal(DONE);
    });

    it('hears no more of it once it is over', async () => {
      const scope = newScope();
      const stream = opened(source({ next: async () => DONE }), undefined, scope);
      await stream.next();
      scope.end('deadline', new Error('limit'));
      expect(seen).to.deep.equal([
        ['next', undefined],
        ['ended', 'completed', undefined, 0],
      ]);
    });

    it('sees every chunk, and is itself asked each time', async () => {
      const scope = newScope();
      const stream = opened(source(), { value: 'first', done: false }, scope);
      await stream.next();
      const asked = watch(stream.next());
      const error = new Error('limit');
      scope.end('deadline', error);
      await turn();
      expect(asked.settled).to.deep.equal({ done: true, error });
    });
  });

  it('stays as it ended, whatever comes later', async () => {
    const endOf = (stream: OpenStream): unknown[] => {
      const end: unknown[] = [];
      stream.watch({ ended: (...all) => end.push(...all.slice(0, 3)) });
      return end;
    };
    const completed = opened(source({ next: async () => DONE }));
    await completed.next();
    await completed.return();
    expect(endOf(completed)).to.deep.equal(['completed', undefined, 0]);
    for (const settle of ['resolve', 'reject'] as const) {
      const late = deferred();
      const left = opened(source({ next: () => late.promise as Promise<unknown> }));
      void left.next();
      await left.return();
      late[settle](settle === 'resolve' ? { value: 'late', done: false } : new Error('late'));
      await turn();
      expect(endOf(left)).to.deep.equal(['left', undefined, 0]);
    }
  });

  it('lets go of its reader when the last of several requests has settled', async () => {
    const stream = opened(source());
    const tie: Tie = { stream: undefined, reader: undefined };
    stream.tieTo(tie);
    tie.reader = {};
    await Promise.all([stream.next(), stream.next(), stream.next()]);
    expect(tie.reader).to.equal(undefined);
  });

  it('tells that it is closed only after the cleanup of a source that a limit has cut short', async () => {
    const cleanup = deferred();
    const scope = newScope();
    const hanging = source({ next: () => new Promise(() => undefined), return: () => cleanup.promise });
    const stream = new OpenStream(hanging, undefined, scope);
    stream.watch({ ended: () => void seen.push('ended'), closed: () => void seen.push('closed') });
    const asked = rejectionOf(stream.next());
    scope.end('deadline', new Error('limit'));
    await asked;
    await turn();
    expect(seen.at(-1)).not.to.equal('closed');
    cleanup.resolve(undefined);
    await turn();
    expect(seen.at(-1)).to.equal('closed');
  });
});
