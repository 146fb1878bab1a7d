import { expect } from 'chai';
import { CircuitOpenError, CircuitProtected, circuit, ConfigurationError, lastGood } from '#lib/index.js';
import { rejectionOf, unavailable, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

// oxlint-disable-next-line typescript/no-explicit-any -- what the types refuse is tried at run time
const untyped = (value: unknown): any => value;

describe('lastGood', () => {
  const world = virtualTime();

  function serviceWith(options: Parameters<typeof lastGood>[0], fallbackOn: 'open' | 'failure' = 'failure') {
    const name = uniqueName();
    class Service {
      readonly name = name;
      isDown = false;

      @CircuitProtected({
        circuit: name,
        fallback: lastGood(options),
        fallbackOn,
        failureOnResult: (value: unknown) => untyped(value).of === 'bad',
      })
      async load(id: string): Promise<{ of: string; list: number[] }> {
        if (this.isDown) throw unavailable();
        return { of: id, list: [1] };
      }
    }
    return new Service();
  }

  it('answers with the last good answer for the key, and with none for another key', async () => {
    const service = serviceWith({ key: (id: string) => id, maxAge: '1m', max: 10 });
    await service.load('a');
    service.isDown = true;
    expect(await service.load('a')).to.deep.equal({ of: 'a', list: [1] });
    expect(world.heard('fallback_used')).to.have.lengthOf(1);
    expect(await rejectionOf(service.load('b'))).to.include({ status: 503 });
    expect(world.heard('fallback_used')).to.have.lengthOf(1);
  });

  it('does so too while the circuit is open; without an answer the call fails with the refusal', async () => {
    const service = serviceWith({ key: (id: string) => id }, 'open');
    await service.load('a');
    circuit(service.name).isolate();
    expect(await service.load('a')).to.deep.equal({ of: 'a', list: [1] });
    const error = await rejectionOf(service.load('b'));
    expect(error).to.be.instanceOf(CircuitOpenError);
    expect(error).to.include({ state: 'isolated', circuit: service.name, method: 'Service.load' });
    expect((error as Error).message).to.contain('is isolated');
  });

  it('lets no caller change the answer of another', async () => {
    const service = serviceWith({ key: (id: string) => id });
    (await service.load('a')).list.push(2);
    service.isDown = true;
    (await service.load('a')).list.push(3);
    expect((await service.load('a')).list).to.deep.equal([1]);
  });

  it('forgets an answer after maxAge, by the clock of holdfast, and the oldest beyond max', async () => {
    const service = serviceWith({ key: (id: string) => id, maxAge: '1m', max: 2 });
    for (const id of ['a', 'b', 'c']) await service.load(id);
    service.isDown = true;
    expect(await rejectionOf(service.load('a'))).to.include({ status: 503 });
    expect(await service.load('b')).to.include({ of: 'b' });
    await world.clock.advance('61s');
    expect(await rejectionOf(service.load('b'))).to.include({ status: 503 });
    expect(world.clock.timers).to.equal(0);
  });

  it('keeps an answer that was used or renewed last, and lets it grow old from when it came', async () => {
    const service = serviceWith({ key: (id: string) => id, maxAge: '1m', max: 2 });
    await service.load('a');
    await service.load('b');
    service.isDown = true;
    await service.load('a');
    service.isDown = false;
    await service.load('c');
    service.isDown = true;
    expect(await service.load('a')).to.include({ of: 'a' });
    expect(await rejectionOf(service.load('b'))).to.include({ status: 503 });
    await world.clock.advance('40s');
    service.isDown = false;
    await service.load('c');
    service.isDown = true;
    await world.clock.advance('40s');
    expect(await rejectionOf(service.load('a'))).to.include({ status: 503 });
    expect(await service.load('c')).to.include({ of: 'c' });
  });

  it('takes every duration and every number of answers that it says it takes', async () => {
    const service = serviceWith({ key: (id: string) => id, maxAge: '1.5ms', max: Number.MAX_SAFE_INTEGER });
    await service.load('a');
    service.isDown = true;
    await world.clock.advance('1ms');
    expect(await service.load('a')).to.include({ of: 'a' });
    await world.clock.advance('1ms');
    expect(await rejectionOf(service.load('a'))).to.include({ status: 503 });
  });

  it('learns no answer that counts as a failure', async () => {
    const service = serviceWith({ key: () => 'k' });
    await service.load('bad');
    service.isDown = true;
    expect(await rejectionOf(service.load('any'))).to.include({ status: 503 });
  });

  it('goes without an answer where the key cannot be told', async () => {
    const service = serviceWith({
      key: () => {
        throw new Error('secret');
      },
    });
    expect(await service.load('a')).to.include({ of: 'a' });
    service.isDown = true;
    expect(await rejectionOf(service.load('a'))).to.include({ status: 503 });
  });

  it('refuses wrong options, all at once', () => {
    expect(() => lastGood(untyped({ maxAge: '0s', max: 0 })))
      .to.throw(ConfigurationError)
      .with.property('problems')
      .that.deep.equals([
        'lastGood: key: expected a function, got undefined; write key: (id) => id',
        'lastGood: maxAge: expected a duration above 0, got "0s"',
        'lastGood: max: expected an integer >= 1, got 0',
      ]);
    expect(() => lastGood(untyped(undefined))).to.throw(ConfigurationError, 'key: expected a function');
  });
});
