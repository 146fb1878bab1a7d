import { expect } from 'chai';
import { circuit, currentSignal, TimeLimitError } from '#lib/index.js';
import { rejectionOf, turn, unavailable, uniqueName, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';
import { type Layer, STACKS, stacked, titleOf } from './support/layers.js';
import { TERMS } from './support/scene.js';

type Source = (signal: AbortSignal | undefined) => AsyncGenerator<string, string, unknown>;

describe('A stream under any stack of decorators', () => {
  const world = virtualTime();
  const name = uniqueName();

  /** A stack on a source of its own, which counts what is begun, pulled and closed. */
  function under(stack: readonly Layer[], source?: Source) {
    class Service {
      begun = 0;
      pulled = 0;
      closed = 0;
      received: unknown[] = [];

      @stacked(stack.map(({ decorator }) => decorator(TERMS, name)))
      async *read(signal?: AbortSignal): AsyncGenerator<string, string, unknown> {
        this.begun += 1;
        try {
          if (source) return yield* source(signal);
          for (const chunk of ['a', 'b', 'c']) {
            this.pulled += 1;
            try {
              this.received.push(yield chunk);
            } catch (thrown) {
              if (thrown !== CAUGHT) throw thrown;
              this.received.push('caught');
            }
          }
          return 'result';
        } finally {
          this.closed += 1;
        }
      }
    }
    return new Service();
  }

  /** Whatever became of a stream: no timer is left, its circuit is closed, and the next call has the one permit. */
  async function leavesNothing(stack: readonly Layer[], service: { read(): AsyncGenerator<string> }): Promise<void> {
    const title = titleOf(stack);
    expect(world.clock.timers, `${title}: timers`).to.equal(0);
    expect(circuit(name).snapshot(), title).to.include({ state: 'closed', failures: 0 });
    const next = service.read();
    expect(await next.next(), title).to.deep.equal({ value: 'a', done: false });
    await next.return('left');
    expect(world.clock.timers, `${title}: timers`).to.equal(0);
  }

  const has = (stack: readonly Layer[], title: string): boolean => stack.some((layer) => layer.title === title);

  it('hands on chunks, what is sent and the result, and pulls no chunk before it is asked for', async () => {
    for (const stack of STACKS) {
      const service = under(stack);
      const stream = service.read();
      await turn();
      expect(service.begun, titleOf(stack)).to.equal(0);
      for (const [i, chunk] of ['a', 'b', 'c'].entries()) {
        expect(await stream.next(`after ${i}`)).to.deep.equal({ value: chunk, done: false });
        await world.clock.advance('100ms');
        expect(service.pulled, titleOf(stack)).to.equal(i + 1);
      }
      expect(await stream.next('after 3')).to.deep.equal({ value: 'result', done: true });
      expect(await stream.next()).to.deep.equal({ value: undefined, done: true });
      expect(service.received, titleOf(stack)).to.deep.equal(['after 1', 'after 2', 'after 3']);
      expect(service.closed).to.equal(1);
      await leavesNothing(stack, service);
    }
  });

  it('closes its source when it is left early, and answers with what it is left with', async () => {
    for (const stack of STACKS) {
      const service = under(stack);
      const stream = service.read();
      await stream.next();
      expect(await stream.return('enough'), titleOf(stack)).to.deep.equal({ value: 'enough', done: true });
      expect(service, titleOf(stack)).to.include({ pulled: 1, closed: 1 });
      expect(await stream.next()).to.deep.equal({ value: undefined, done: true });
      await leavesNothing(stack, service);
    }
  });

  it('closes its source when the loop around it breaks off, whose error comes through', async () => {
    for (const stack of STACKS) {
      const service = under(stack);
      const error = unavailable();
      const loop = async (): Promise<void> => {
        for await (const _ of service.read()) throw error;
      };
      expect(await rejectionOf(loop()), titleOf(stack)).to.equal(error);
      expect(service, titleOf(stack)).to.include({ begun: 1, pulled: 1, closed: 1 });
      await leavesNothing(stack, service);
    }
    expect(world.events).to.have.lengthOf(0);
  });

  it('hands what is thrown into it to its source, and back, as the doing of its consumer', async () => {
    for (const stack of STACKS) {
      const service = under(stack);
      const stream = service.read();
      await stream.next();
      expect(await stream.throw(CAUGHT), titleOf(stack)).to.deep.equal({ value: 'b', done: false });
      const error = unavailable();
      expect(await rejectionOf(stream.throw(error)), titleOf(stack)).to.equal(error);
      expect(service.received, titleOf(stack)).to.deep.equal(['caught']);
      expect(service, titleOf(stack)).to.include({ begun: 1, closed: 1 });
      await leavesNothing(stack, service);
    }
    expect(world.events).to.have.lengthOf(0);
  });

  it('begins nothing when it is left or thrown into before it is read', async () => {
    for (const stack of STACKS) {
      const service = under(stack);
      expect(await service.read().return('left')).to.deep.equal({ value: 'left', done: true });
      const error = new Error('x');
      expect(await rejectionOf(service.read().throw(error))).to.equal(error);
      expect(service.begun, titleOf(stack)).to.equal(0);
      await leavesNothing(stack, service);
    }
  });

  it('holds nothing while it is not read, however many there are', async () => {
    for (const stack of STACKS) {
      const service = under(stack);
      const unread = [...Array(50)].map(() => service.read());
      await turn();
      await leavesNothing(stack, service);
      expect(service.begun, titleOf(stack)).to.equal(1);
      // Also one that is read in the end.
      expect(await unread[49]?.next(), titleOf(stack)).to.deep.equal({ value: 'a', done: false });
      await unread[49]?.return('left');
    }
  });

  it('waits for a consumer that stops reading, but not for longer than its time limit', async () => {
    for (const stack of STACKS) {
      const service = under(stack);
      const stream = service.read();
      await stream.next();
      const isLimited = stack.some(({ name }) => name === 'TimeLimited');
      await world.clock.advance('1h');
      expect(service, titleOf(stack)).to.include({ pulled: 1, closed: isLimited ? 1 : 0 });
      expect(world.clock.timers, titleOf(stack)).to.equal(0);
      if (isLimited) expect(await rejectionOf(stream.next()), titleOf(stack)).to.be.instanceOf(TimeLimitError);
      else expect(await stream.next(), titleOf(stack)).to.deep.equal({ value: 'b', done: false });
      await stream.return('left');
      expect(service.closed).to.equal(1);
      circuit(name).reset();
      await leavesNothing(stack, service);
    }
  });

  it('settles every read of a consumer that does not wait between them, in their order', async () => {
    for (const stack of STACKS) {
      const service = under(stack);
      const stream = service.read();
      const reads = [stream.next(), stream.next(), stream.next(), stream.next(), stream.next()];
      const results = await Promise.all(reads);
      expect(results.map(({ value }) => value)).to.deep.equal(['a', 'b', 'c', 'result', undefined]);
      await leavesNothing(stack, service);

      const left = service.read();
      const [first, end, after] = await Promise.all([left.next(), left.return('enough'), left.next()]);
      expect([first.value, end.value, after.value], titleOf(stack)).to.deep.equal([undefined, 'enough', undefined]);
      expect([first.done, end.done, after.done]).to.deep.equal([true, true, true]);
      await leavesNothing(stack, service);
    }
  });

  it('settles reads at the same time when its source fails: the first with the error, the others with the end', async () => {
    for (const stack of STACKS) {
      const error = new TypeError('x is undefined');
      let isHealthy = false;
      const service = under(stack, async function* () {
        if (!isHealthy) throw error;
        yield 'a';
        return 'result';
      });
      const stream = service.read();
      const [first, second] = [stream.next(), stream.next()];
      expect(await rejectionOf(first), titleOf(stack)).to.equal(error);
      expect(await second, titleOf(stack)).to.deep.equal({ value: undefined, done: true });
      expect(service).to.include({ begun: 1, closed: 1 });
      isHealthy = true;
      await leavesNothing(stack, service);
    }
  });

  it('settles reads, and a consumer who leaves, when its time limit ends a source that hangs and heeds nothing', async () => {
    for (const stack of STACKS.filter((one) => one.some(({ name }) => name === 'TimeLimited'))) {
      let hang: ((value: string) => void) | undefined;
      let hung = 0;
      const service = under(stack, async function* () {
        hung += 1;
        if (hung > 1) yield 'a';
        else {
          yield 'first';
          yield await new Promise<string>((resolve) => (hang = resolve));
        }
        return 'result';
      });
      const stream = service.read();
      await stream.next();
      const [read, again] = [watch(stream.next()), watch(stream.next())];
      await world.clock.advance('10s');
      expect(read.settled.error, titleOf(stack)).to.be.instanceOf(TimeLimitError);
      expect(again.settled.value, titleOf(stack)).to.deep.equal({ value: undefined, done: true });
      expect(await stream.return('left'), titleOf(stack)).to.deep.equal({ value: 'left', done: true });
      expect(world.clock.timers, titleOf(stack)).to.equal(0);
      const title = titleOf(stack);
      expect(circuit(name).state, title).to.equal(has(stack, 'CircuitProtected') ? 'open' : 'closed');
      circuit(name).reset();
      // What hangs has no permit any more; it is closed once it comes back.
      await leavesNothing(stack, service);
      expect(service.closed, title).to.equal(1);
      hang?.('late');
      await turn();
      expect(service.closed, title).to.equal(2);
    }
  });

  it('ends at once when its consumer leaves while a chunk is pending, whether or not the source heeds it', async () => {
    for (const stack of STACKS) {
      let isHanging = true;
      const signals: (AbortSignal | undefined)[] = [];
      const service = under(stack, async function* () {
        yield 'a';
        signals.push(currentSignal());
        if (isHanging) await new Promise(() => undefined);
        return 'result';
      });
      const stream = service.read();
      await stream.next();
      const reads = [stream.next(), stream.next()];
      expect(await stream.return('left'), titleOf(stack)).to.deep.equal({ value: 'left', done: true });
      const done = { value: undefined, done: true };
      expect(await Promise.all(reads), titleOf(stack)).to.deep.equal([done, done]);
      const hasSignal = stack.some(({ name }) => name === 'TimeLimited' || name === 'Hedged');
      expect(
        signals.map((signal) => signal?.aborted),
        titleOf(stack),
      ).to.deep.equal([hasSignal ? true : undefined]);
      expect(world.clock.timers, titleOf(stack)).to.equal(0);
      expect(await stream.return('again')).to.deep.equal({ value: 'again', done: true });
      isHanging = false;
      await leavesNothing(stack, service);
    }
    expect(world.events).to.have.lengthOf(0);
  });

  it('brings everything back when its source fails as it is closed', async () => {
    for (const stack of STACKS) {
      const error = unavailable();
      let isBroken = true;
      const service = under(stack, async function* () {
        try {
          yield 'a';
          return 'result';
        } finally {
          if (isBroken) await Promise.reject(error);
        }
      });
      const stream = service.read();
      await stream.next();
      expect(await rejectionOf(stream.return('left')), titleOf(stack)).to.equal(error);
      isBroken = false;
      await leavesNothing(stack, service);
    }
    expect(world.events).to.have.lengthOf(0);
  });

  it('lets the caller end it between two chunks where a limit or a hedge knows his signal, and blames nobody', async () => {
    for (const stack of STACKS) {
      const service = under(stack);
      const caller = new AbortController();
      const stream = service.read(caller.signal);
      await stream.next();
      const reason = new Error('the caller has left');
      caller.abort(reason);
      await turn();
      const isKnown = stack.some(({ name }) => name === 'TimeLimited' || name === 'Hedged');
      expect(service.closed, titleOf(stack)).to.equal(isKnown ? 1 : 0);
      expect(world.clock.timers, titleOf(stack)).to.equal(0);
      if (isKnown) expect(await rejectionOf(stream.next()), titleOf(stack)).to.equal(reason);
      else await stream.return('left');
      await leavesNothing(stack, service);
    }
    expect(world.events).to.have.lengthOf(0);
  });
});

/** What the source does not let itself be stopped by. */
const CAUGHT = new Error('to be caught');
