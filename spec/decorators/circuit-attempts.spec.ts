import { expect } from 'chai';
import { type CircuitOptions, CircuitProtected, circuit, Hedged, RetryOnTransient } from '#lib/index.js';
import { deferred, httpError, rejectionOf, turn, uniqueName, unavailable, watch } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

/** Attempts count as they fail: one of m counts 1/m, and a call that ends as a failure is topped up to 1. */
describe('@CircuitProtected over @RetryOnTransient', () => {
  const world = virtualTime();
  let requests = 0;
  let errors: (Error | undefined)[] = [];
  beforeEach(() => {
    requests = 0;
    errors = [];
  });

  async function answer(): Promise<string> {
    requests += 1;
    const error = errors.length > 0 ? errors.shift() : unavailable();
    if (error) throw error;
    return 'answer';
  }

  function serviceOf(options: Partial<CircuitOptions> = {}, maxAttempts = 3) {
    const name = uniqueName();
    class Service {
      @CircuitProtected({ circuit: name, failureThreshold: 5, ...options })
      @RetryOnTransient({ maxAttempts, minWait: '100ms', maxWait: '100ms', jitter: 'none' })
      async ask(_key = 'a'): Promise<string> {
        return answer();
      }

      @CircuitProtected({ circuit: name, failureThreshold: 5, ...options })
      async once(): Promise<string> {
        return answer();
      }

      @CircuitProtected({ circuit: name, failureThreshold: 5, ...options })
      @RetryOnTransient({ maxAttempts: 7, minWait: '100ms', maxWait: '100ms', jitter: 'none' })
      async seven(): Promise<string> {
        return answer();
      }
    }
    return { name, service: new Service() };
  }

  const done = async (asking: Promise<unknown>): Promise<void> => {
    const watched = watch(asking);
    await world.clock.advance('2s');
    expect(watched.settled.done).to.equal(true);
  };

  it('opens one call at a time after five calls of three attempts, as fifteen thirds', async () => {
    const { name, service } = serviceOf();
    for (let i = 1; i <= 4; i++) {
      await done(service.ask());
      expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: i });
    }
    await done(service.ask());
    expect([circuit(name).state, requests]).to.deep.equal(['open', 15]);
  });

  it('opens with many calls at a time when the same evidence is in', async () => {
    const { name, service } = serviceOf();
    const asked = Array.from({ length: 15 }, () => watch(service.ask()));
    await turn();
    // Each of the fifteen has failed once: nobody tries again.
    expect([circuit(name).state, requests]).to.deep.equal(['open', 15]);
    expect(asked.every(({ settled }) => settled.done)).to.equal(true);
    expect(world.heard('retry_gave_up').map(({ reason }) => reason)).to.deep.equal(Array(15).fill('circuit-open'));
    expect(world.clock.timers).to.equal(0);
  });

  it('is not opened by fourteen of them, until the first of these has failed again', async () => {
    const { name, service } = serviceOf();
    for (let i = 0; i < 14; i++) watch(service.ask());
    await turn();
    expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 4 });
    await world.clock.advance('100ms');
    expect(circuit(name).state).to.equal('open');
  });

  it('tops a call up that gives up early, and not one that ends as something else', async () => {
    const { name, service } = serviceOf({ failureThreshold: 100 });
    // The second attempt is final: a bad gateway that must not be repeated.
    errors = [unavailable(), httpError(503, { headers: { 'x-should-retry': 'false', 'retry-after': '3600' } })];
    await done(service.ask());
    const { failures } = circuit(name).snapshot();
    errors = [unavailable(), httpError(400)];
    await done(service.ask());
    // A third is left over from the rejected call: two of its like make no whole.
    expect(circuit(name).snapshot().failures).to.equal(failures);
    errors = [unavailable(), unavailable(), httpError(400)];
    await done(service.ask());
    expect(circuit(name).snapshot().failures).to.equal(failures + 1);
  });

  it('starts anew with a success, the shares too', async () => {
    const { name, service } = serviceOf();
    for (let i = 0; i < 4; i++) await done(service.ask());
    errors = [unavailable(), unavailable(), undefined];
    await done(service.ask());
    expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 0 });
    errors = [unavailable(), httpError(400)];
    await done(service.ask());
    for (let i = 0; i < 4; i++) await done(service.ask());
    expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 4 });
  });

  it('adds up the shares of methods that try differently often', async () => {
    const { name, service } = serviceOf({ failureThreshold: 1 });
    errors = [unavailable(), unavailable(), httpError(400)];
    await done(service.ask());
    errors = [unavailable(), unavailable(), httpError(400)];
    await done(service.seven());
    // 2/3 + 2/7 is less than 1, and another seventh is not less: 20/21, 23/21.
    expect(circuit(name).state).to.equal('closed');
    errors = [unavailable(), httpError(400)];
    await done(service.seven());
    expect(circuit(name).state).to.equal('open');
  });

  it('counts attempts that failureOn means, and no others', async () => {
    const limited = (): Error => httpError(503, { code: 'mine' });
    const { name, service } = serviceOf({
      failureThreshold: 1,
      failureOn: (_failure, error) => (error as { code?: string }).code === 'mine',
    });
    errors = Array.from({ length: 9 }, unavailable);
    const ignored = Array.from({ length: 3 }, () => watch(service.ask()));
    await world.clock.advance('1s');
    expect(ignored.every(({ settled }) => settled.done)).to.equal(true);
    expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 0 });
    errors = Array.from({ length: 3 }, limited);
    for (let i = 0; i < 3; i++) watch(service.ask());
    await turn();
    expect(circuit(name).state).to.equal('open');
  });

  it('hands on what failureOn throws for an attempt, when the call ends', async () => {
    const mistake = new TypeError('x is undefined');
    const { service } = serviceOf({
      failureOn: () => {
        throw mistake;
      },
    });
    const asked = rejectionOf(service.ask());
    await world.clock.advance('1s');
    expect(await asked).to.equal(mistake);
    expect([requests, world.clock.timers]).to.deep.equal([3, 0]);
  });

  it('is not opened by an upstream of which every second answer is good', async () => {
    const { name, service } = serviceOf();
    const begun = Array.from({ length: 4 }, () => watch(service.ask()));
    await world.clock.advance('100ms');
    // Each of the four has failed twice.
    errors = [undefined];
    await service.once();
    await world.clock.advance('100ms');
    expect(begun.every(({ settled }) => settled.done)).to.equal(true);
    expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 4 });
    // Six attempts more: with the last of each call that is ten in a row, not fifteen, and four calls, not five.
    for (let i = 0; i < 6; i++) watch(service.ask());
    await turn();
    expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 4 });
    for (let i = 0; i < 5; i++) watch(service.ask());
    await turn();
    expect(circuit(name).state).to.equal('open');
  });

  it('counts for each key by itself', async () => {
    const { name, service } = serviceOf({ key: (key: string) => key });
    for (let i = 0; i < 15; i++) watch(service.ask(i < 14 ? 'a' : 'b'));
    await turn();
    expect(circuit(`${name}[a]`).snapshot()).to.include({ state: 'closed', failures: 4 });
    watch(service.ask('a'));
    await turn();
    expect([circuit(`${name}[a]`).state, circuit(`${name}[b]`).state]).to.deep.equal(['open', 'closed']);
    await world.clock.advance('1s');
  });

  it('opens a circuit that is only watched as well, and goes on trying', async () => {
    const { name, service } = serviceOf({ shadow: true });
    for (let i = 0; i < 15; i++) watch(service.ask());
    await turn();
    expect([circuit(name).state, requests]).to.deep.equal(['open', 15]);
    await world.clock.advance('1s');
    expect(requests).to.equal(45);
  });

  it('counts no attempt of a call that was admitted before the circuit opened', async () => {
    const { name, service } = serviceOf({ failureThreshold: 1, recoveryTimeout: '50ms' });
    const slow = deferred();
    let isFirst = true;
    const ask = CircuitProtected({ circuit: name, failureThreshold: 1, recoveryTimeout: '50ms' })(
      RetryOnTransient({ maxAttempts: 2, minWait: '1ms', jitter: 'none' })(async () => {
        if (isFirst) {
          isFirst = false;
          await slow.promise;
        }
        throw unavailable();
      }),
    );
    const asked = watch(ask());
    await done(service.once());
    errors = [undefined];
    await done(service.once());
    expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 0 });
    slow.resolve('late');
    await world.clock.advance('1s');
    expect(asked.settled.done).to.equal(true);
    expect(circuit(name).snapshot()).to.include({ state: 'closed', failures: 0 });
  });

  it('counts a call with hedges once, however many of them fail', async () => {
    const name = uniqueName();
    const ask = CircuitProtected({ circuit: name, failureThreshold: 3 })(
      Hedged({ after: '10ms', maxHedges: 2 })(async () => {
        requests += 1;
        await new Promise<void>((resolve) => void world.clock.setTimer(resolve, 100));
        throw unavailable();
      }),
    );
    for (let i = 1; i <= 3; i++) {
      const asked = watch(ask());
      await world.clock.advance('1s');
      expect(asked.settled.done).to.equal(true);
      expect([requests, circuit(name).state]).to.deep.equal([3 * i, i < 3 ? 'closed' : 'open']);
    }
  });
});
