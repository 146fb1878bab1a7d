import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import { defineEvent } from '#lib/core/event-kinds.js';
import type { EventType, ResilienceEvent } from '#lib/core/events.js';
import { isWritten, type Level } from '#lib/core/levels.js';
import { CircuitProtected, circuit, configure, type LogEntry, onEvent, RetryOnTransient } from '#lib/index.js';
import { CHANNEL } from '#lib/telemetry/broadcast.js';
import type { Writer } from '#lib/telemetry/loggers/writer.js';
import { Telemetry } from '#lib/telemetry/telemetry.js';
import { rejectionOf, turn, unavailable, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

const SILENT = { isEnabled: () => false, write: () => undefined };

function telemetryInto(entries: LogEntry[], isEnabled = (_level: Level): boolean => true): Telemetry {
  return new Telemetry(() => ({ isEnabled, write: (_, entry) => entries.push(entry) }));
}

const opened = (name: string): ResilienceEvent => ({ type: 'circuit_opened', circuit: name, state: 'open' });
const gaveUp = (kind: 'server' | 'cancelled'): ResilienceEvent => ({
  ...{ type: 'retry_gave_up', method: 'm', attempt: 1, maxAttempts: 3, elapsedMs: 0, kind },
  reason: kind === 'cancelled' ? 'aborted' : 'attempts',
});

describe('Telemetry', () => {
  virtualTime();

  it('keeps a bucket for each event, method and circuit', () => {
    const entries: LogEntry[] = [];
    const telemetry = telemetryInto(entries);
    for (let i = 0; i < 40; i++) {
      for (let n = 0; n < 12; n++) telemetry.channel('circuit_opened', 'm', `c${i}`).audience(5000)?.(opened(`c${i}`));
    }
    expect(entries).to.have.lengthOf(400);
    telemetry.channel('circuit_opened', 'm', 'c0').audience(6000)?.(opened('c0'));
    expect(entries.at(-1)).to.include({ circuit: 'c0', count: 2 });
  });

  it('logs what was done by hand, however much it is', () => {
    const entries: LogEntry[] = [];
    const restore = configure({ logger: { log: (entry) => entries.push(entry) } });
    const names = Array.from({ length: 25 }, () => uniqueName());
    for (const name of names) circuit(name).isolate();
    for (const name of names) circuit(name).reset();
    const [first = ''] = names;
    for (let i = 0; i < 25; i++) {
      circuit(first).isolate();
      circuit(first).reset();
    }
    restore();
    expect(entries).to.have.lengthOf(100);
    expect(entries.filter(({ by, count }) => by !== 'code' || count !== undefined)).to.deep.equal([]);
  });

  it('logs the opening of each circuit of a key, and no key', async () => {
    const entries: LogEntry[] = [];
    const restore = configure({ logger: { log: (entry) => entries.push(entry) } });
    const name = uniqueName();
    const asking = CircuitProtected({ circuit: name, failureThreshold: 1, key: (tenant: string) => tenant })(
      async function keyed(_tenant: string): Promise<void> {
        throw unavailable();
      },
    );
    for (let i = 0; i < 40; i++) await rejectionOf(asking(`tenant-${i}`));
    restore();
    const lines = entries.filter(({ message }) => message === 'circuit_opened');
    expect(lines).to.have.lengthOf(40);
    expect(lines.every((line) => line.circuit === name && line.count === undefined)).to.equal(true);
    expect(JSON.stringify(entries)).not.to.contain('tenant');
  });

  it("logs a caller's abort at debug, and spends no token for it where debug is not written", () => {
    const entries: LogEntry[] = [];
    const telemetry = telemetryInto(entries, (level) => level !== 'debug');
    const channel = telemetry.channel('retry_gave_up', 'm');
    for (let i = 0; i < 25; i++) channel.audience(5000)?.(gaveUp('cancelled'));
    expect(entries).to.deep.equal([]);
    channel.audience(5000)?.(gaveUp('server'));
    expect(entries).to.have.lengthOf(1);
    expect(entries[0]).to.include({ level: 'warn', kind: 'server' }).and.not.to.have.property('count');

    const both: LogEntry[] = [];
    const verbose = telemetryInto(both).channel('retry_gave_up', 'm');
    for (let i = 0; i < 25; i++) verbose.audience(5000)?.(gaveUp('cancelled'));
    verbose.audience(5000)?.(gaveUp('server'));
    expect(both.map(({ level }) => level)).to.deep.equal([...Array(10).fill('debug'), 'warn']);

    const all: LogEntry[] = [];
    telemetryInto(all).channel('retry_gave_up', 'm').audience(5000)?.(gaveUp('cancelled'));
    expect(all).to.deep.equal([{ level: 'debug', message: 'retry_gave_up', ...without(gaveUp('cancelled'), 'type') }]);
  });

  it('asks for no event of a level that depends on it, if the level is given and would not be logged', () => {
    const entries: LogEntry[] = [];
    const telemetry = telemetryInto(entries, (level) => level !== 'debug');
    const channel = telemetry.channel('retry_gave_up', 'm');
    for (let i = 0; i < 25; i++) expect(channel.audience(5000, 'debug')).to.equal(undefined);
    for (let i = 0; i < 10; i++) channel.audience(5000, 'warn')?.(gaveUp('server'));
    for (let i = 0; i < 3; i++) expect(channel.audience(5000, 'warn')).to.equal(undefined);
    channel.audience(6000, 'warn')?.(gaveUp('server'));
    expect(entries.map(({ count }) => count)).to.deep.equal([...Array(10).fill(undefined), 3]);
  });

  it('asks for no event that nobody wants', () => {
    const quiet = telemetryInto([], (level) => level === 'error');
    for (const type of ['call_failed', 'retry_gave_up', 'circuit_closed'] as const) {
      expect(quiet.channel(type, 'm').audience(0), type).to.equal(undefined);
    }
    const stop = quiet.listen(() => undefined);
    expect(quiet.channel('call_failed', 'm').audience(0)).to.be.a('function');
    stop();
    expect(quiet.channel('call_failed', 'm').audience(0)).to.equal(undefined);
  });

  it('asks a logger whose levels never change once, and again when anything else has changed', () => {
    let least: Level = 'error';
    let asked = 0;
    const writer = (): Writer => {
      const written = least;
      return {
        isFixed: true,
        isEnabled: (level) => ((asked += 1), isWritten(level, written)),
        write: () => undefined,
      };
    };
    const telemetry = new Telemetry(writer);
    const channel = telemetry.channel('retry_gave_up', 'm');
    const isHeard = (level?: Level): boolean => channel.audience(0, level) !== undefined;
    // Of an event whose level depends on it, the less severe one says nothing about the other.
    expect([isHeard('debug'), isHeard('debug'), asked]).to.deep.equal([false, false, 2]);
    expect([isHeard(), isHeard(), isHeard('warn'), asked]).to.deep.equal([false, false, false, 3]);
    const stop = telemetry.listen(() => undefined);
    expect(isHeard()).to.equal(true);
    stop();
    expect(isHeard()).to.equal(false);
    const subscriber = (): void => undefined;
    subscribe(CHANNEL, subscriber);
    expect(isHeard()).to.equal(true);
    unsubscribe(CHANNEL, subscriber);
    expect(isHeard()).to.equal(false);
    least = 'warn';
    expect(isHeard()).to.equal(false);
    telemetry.chooseWriterAgain();
    expect([isHeard('warn'), isHeard('debug'), isHeard('warn')]).to.deep.equal([true, false, true]);
  });

  it('delivers an event that a listener emits, after the one that is being delivered, to all in one order', () => {
    const telemetry = new Telemetry(() => SILENT);
    const heard: string[] = [];
    const emit = (name: string): void => telemetry.tell(opened(name));
    const note = (by: string) => (event: ResilienceEvent) =>
      heard.push(`${by} ${(event as { circuit: string }).circuit}`);
    telemetry.listen((event) => (event as { circuit: string }).circuit === 'a' && emit('b'));
    telemetry.listen(note('first'));
    telemetry.listen(note('second'));
    emit('a');
    expect(heard).to.deep.equal(['first a', 'second a', 'first b', 'second b']);
  });

  it('ends a recursion of listeners, and goes on afterwards', () => {
    const telemetry = new Telemetry(() => SILENT);
    let heard = 0;
    const stop = telemetry.listen((event) => {
      heard += 1;
      telemetry.tell(event);
      telemetry.tell(event);
    });
    telemetry.tell(opened('a'));
    expect(heard).to.equal(101);
    stop();
    telemetry.listen(() => (heard = 0));
    telemetry.tell(opened('a'));
    expect(heard).to.equal(0);
  });

  it('ends a recursion of a logger that calls what it logs, in writing and in being asked', async () => {
    const name = uniqueName();
    const isolated = CircuitProtected({ circuit: name })(async () => undefined);
    circuit(name).isolate();
    let [written, asked] = [0, 0];
    const again = (): Promise<void> => isolated().catch(() => undefined);
    const restore = configure({
      logger: {
        log: () => ((written += 1), again()),
        isLevelEnabled: () => ((asked += 1), void again(), true),
      },
    });
    const calls = Array.from({ length: 3 }, () => rejectionOf(isolated()));
    expect((await Promise.all(calls)).map((error) => (error as Error).name)).to.deep.equal(
      Array(3).fill('CircuitOpenError'),
    );
    await turn();
    restore();
    expect(written).to.be.within(1, 110);
    expect(asked).to.be.within(1, 1000);
  });

  it('takes levels and fields of the events that a policy defines, and nothing that could be content', () => {
    const undo = defineEvent('spec_throttled', {
      level: 'error',
      levelOf: ({ reason }) => (reason === 'planned' ? 'info' : 'error'),
      fields: { tokens: 'number', isShared: 'boolean', tier: ['gold', 'silver'] },
    });
    const entries: LogEntry[] = [];
    const telemetry = telemetryInto(entries);
    const emit = (event: Readonly<Record<string, unknown>>): void => {
      const type = 'spec_throttled' as EventType;
      telemetry.channel(type, 'm').audience(5000)?.({ type, method: 'm', ...event } as ResilienceEvent);
    };
    emit({ tokens: 3, isShared: true, tier: 'gold', prompt: 'a secret', reason: 'planned' });
    emit({ tokens: 'a secret', isShared: 'a secret', tier: 'a secret' });
    expect(entries).to.deep.equal([
      {
        ...{ level: 'info', message: 'spec_throttled', method: 'm', reason: 'planned' },
        ...{ tokens: 3, isShared: true, tier: 'gold' },
      },
      { level: 'error', message: 'spec_throttled', method: 'm' },
    ]);
    undo();
  });
});

describe('A logger or listener that misbehaves', () => {
  const world = virtualTime();
  const boom = (): never => {
    throw new Error('boom');
  };
  // oxlint-disable-next-line unicorn/no-thenable -- what libraries return that build their promises late
  const thenable = (then: (resolve: (value: unknown) => void, reject: (error: Error) => void) => void) => ({ then });
  const rejecting = thenable((_, reject) => reject(new Error('boom')));
  const misbehaved: Readonly<Record<string, () => unknown>> = {
    'that throws': boom,
    'that rejects': async () => boom(),
    'that rejects late': () => new Promise((_, reject) => setImmediate(reject, new Error('boom'))),
    'whose thenable rejects': () => rejecting,
    'whose thenable throws': () => thenable(boom),
    'whose thenable cannot be read': () => new Proxy({}, { get: boom }),
    'whose thenable resolves to one that rejects': () => thenable((resolve) => resolve(rejecting)),
    'that never settles': () => new Promise(() => undefined),
  };

  for (const [name, misbehave] of Object.entries(misbehaved)) {
    it(`${name} changes nothing`, async () => {
      const asking = RetryOnTransient({ maxAttempts: 1 })(async function misbehaving() {
        throw unavailable();
      });
      const stop = onEvent(misbehave);
      for (const logger of [
        { log: misbehave },
        { log: misbehave, isLevelEnabled: () => misbehave() as boolean },
        { error: misbehave, warn: misbehave, info: misbehave, debug: misbehave },
      ]) {
        const restore = configure({ logger });
        expect(((await rejectionOf(asking())) as { status: number }).status).to.equal(503);
        await turn();
        await turn();
        restore();
      }
      stop();
      // The listener that was there before heard them all, and the hooks of the specs fail for a rejection that nobody
      // handled.
      expect(world.heard('retry_gave_up')).to.have.lengthOf(3);
    });
  }
});

function without(event: object, key: string): object {
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== key));
}
