// Run by door.spec.ts in a process of its own, because a policy is defined once in a process.
import { expect } from 'chai';
import sinon from 'sinon';
import {
  bulkhead,
  CircuitProtected,
  circuit,
  ConcurrencyLimited,
  ConfigurationError,
  configure,
  describe as describeStack,
  RetryOnTransient,
  TimeLimited,
  TimeLimitError,
} from '#lib/index.js';
import {
  type Admission,
  callback,
  count,
  defineEvent,
  definePolicy,
  emit,
  type Policy,
  type Stream,
  variantOf,
  watchEnd,
} from '#lib/policy/index.js';
import { rejectionOf, turn, unavailable, uniqueName } from '../../support/upstream.js';
import { virtualTime } from '../../support/virtual-time.js';

// oxlint-disable-next-line typescript/no-explicit-any -- what the types refuse is tried at run time
const untyped = (value: unknown): any => value;

/** The policy that a test is about. */
let current: unknown = {};

const fields = { most: { doc: 'Calls at most.', format: count(1), default: 3 } };

const Tried = definePolicy({
  name: 'Tried',
  group: 'tried',
  fields,
  place: { below: 'RetryOnTransient', above: 'ConcurrencyLimited' },
  bind: () => untyped(typeof current === 'function' ? current() : current),
});

const Below = definePolicy({
  name: 'Below',
  group: 'below',
  fields: {},
  place: { below: 'ConcurrencyLimited' },
  bind: () => untyped(typeof current === 'function' ? current() : current),
});

describe('A policy from outside', () => {
  const world = virtualTime();

  interface Stacked {
    readonly name: string;
    call(): Promise<unknown>;
    stream(): AsyncGenerator<number>;
  }

  /** The policy within a circuit, and above or below a bulkhead. */
  function stacked(
    policy: unknown,
    Decorator: typeof Tried | typeof Below,
    body = async (): Promise<unknown> => 'answer',
  ): Stacked {
    current = policy;
    const name = uniqueName();
    const [outer, inner] =
      Decorator === Tried
        ? [Tried({ name }), ConcurrencyLimited({ limit: 1, bulkhead: name })]
        : [ConcurrencyLimited({ limit: 1, bulkhead: name }), Below({ name })];
    class Service implements Stacked {
      readonly name = name;

      @CircuitProtected({ circuit: name })
      @outer
      @inner
      async call(): Promise<unknown> {
        return body();
      }

      @CircuitProtected({ circuit: name })
      @outer
      @inner
      async *stream(): AsyncGenerator<number> {
        yield 1;
        yield 2;
      }
    }
    return new Service();
  }

  const mistake = new Error('a mistake');
  const throws = (): never => {
    throw mistake;
  };

  const WRONG: readonly [what: string, policy: unknown, says: string][] = [
    ['bind throws', throws, 'bind: expected it not to throw'],
    [
      'bind returns nothing',
      () => undefined,
      'bind: expected an object with enter, succeed, fail, around, tail, got undefined',
    ],
    [
      'bind returns an unknown step',
      { before: () => undefined },
      'bind: expected an object with enter, succeed, fail, around, tail, got "before"',
    ],
    ['bind returns no function', { enter: 1 }, 'bind: expected enter to be a function, got number'],
    [
      'bind returns both',
      { enter: throws, around: throws },
      'bind: expected around, or enter, succeed and fail; got both',
    ],
    ['enter throws', { enter: throws }, 'enter: expected it not to throw'],
    [
      'enter returns nothing',
      { enter: () => undefined },
      'enter: expected the admission that it was given, or a promise, got undefined',
    ],
    [
      'enter returns an object',
      { enter: () => ({}) },
      'enter: expected the admission that it was given, or a promise, got object',
    ],
    ['succeed throws', { succeed: throws }, 'succeed: expected it not to throw'],
    ['succeed returns no function', { succeed: () => 1 }, 'succeed: expected a function of the value, got number'],
    ['what succeed returns throws', { succeed: () => throws }, 'succeed: expected it not to throw'],
    ['around throws', { around: throws }, 'around: expected it not to throw'],
    ['around returns no promise', { around: () => 1 }, 'around: expected a promise, got number'],
  ];

  for (const Decorator of [Tried, Below])
    for (const [what, policy, says] of WRONG)
      it(`fails the call and loses no permit when ${what}, ${Decorator === Tried ? 'above' : 'below'} a bulkhead`, async () => {
        const service = stacked(policy, Decorator);
        const policyName = Decorator === Tried ? 'Tried' : 'Below';
        for (let round = 0; round < 3; round++) {
          const error = (await rejectionOf(service.call())) as ConfigurationError;
          expect(error).to.be.instanceOf(ConfigurationError);
          expect(error.problems).to.deep.equal([`${service.name}: @${policyName}() ${says}`]);
          if (says.endsWith('not to throw')) expect(error.cause).to.equal(mistake);
          expect(bulkhead(service.name).running).to.equal(0);
        }
        expect(circuit(service.name).state).to.equal('closed');
      });

  for (const [what, fail, says] of [
    ['throws', throws, 'fail: expected it not to throw'],
    ['returns nonsense', () => 1, 'fail: expected a promise or undefined, got number'],
  ] as const)
    it(`fails the call when fail ${what}`, async () => {
      const service = stacked({ fail }, Below, async () => {
        throw unavailable();
      });
      const error = (await rejectionOf(service.call())) as ConfigurationError;
      expect(error.problems).to.deep.equal([`${service.name}: @Below() ${says}`]);
      expect(bulkhead(service.name).running).to.equal(0);
    });

  for (const Decorator of [Tried, Below])
    for (const [what, tail, says] of [
      ['throws', throws, 'tail: expected it not to throw'],
      ['returns nonsense', () => 1, 'tail: expected a stream, such as the one that it was given, got number'],
    ] as const)
      it(`ends the stream when tail ${what}, ${Decorator === Tried ? 'above' : 'below'} a bulkhead`, async () => {
        const service = stacked({ tail }, Decorator);
        for (let round = 0; round < 3; round++) {
          const error = (await rejectionOf(service.stream().next())) as ConfigurationError;
          expect(error.problems[0]).to.contain(says);
          await turn();
          expect(bulkhead(service.name).running).to.equal(0);
        }
      });

  it('gives the lease of a probe back', async () => {
    let isBroken = false;
    const service = stacked({ succeed: () => (isBroken ? throws : (value: unknown) => value) }, Tried, async () => {
      if (!isBroken) throw unavailable();
      return 'answer';
    });
    for (let i = 0; i < 5; i++) await rejectionOf(service.call());
    expect(circuit(service.name).state).to.equal('open');
    isBroken = true;
    await world.clock.advance('70s');
    expect(await rejectionOf(service.call())).to.be.instanceOf(ConfigurationError);
    // The lease is free again at once.
    isBroken = false;
    expect(await rejectionOf(service.call())).to.deep.include({ status: 503 });
  });

  describe('with a listener that throws', () => {
    let warned: sinon.SinonStub;
    beforeEach(() => (warned = sinon.stub(process, 'emitWarning')));
    afterEach(() => warned.restore());

    const reports = (): string[] => warned.args.map(([text]) => text as string);

    /** A policy that listens to the end of its call, and makes mistakes there. */
    const listening = (listener: () => unknown): Policy => ({
      around: (call, next) => {
        const leave = call.stop.onStop(untyped(listener));
        return next(call.self, call.args, call).finally(leave);
      },
    });
    const forever = (_signal?: AbortSignal): Promise<never> => new Promise(() => undefined);

    for (const [what, listener, came] of [
      ['throws', throws, 'but it threw'],
      ['is async', async () => throws(), 'but it returned a promise'],
    ] as const)
      it(`lets every limit and every other call of the same signal end: it ${what}`, async () => {
        current = listening(listener);
        const watched = Tried({ name: uniqueName() })(forever);
        const wrong = TimeLimited('100ms')(watched);
        const limited = [wrong(), wrong(), TimeLimited('100ms')(forever)()].map(rejectionOf);
        await world.clock.advance('100ms');
        for (const error of await Promise.all(limited)) expect(error).to.be.instanceOf(TimeLimitError);
        const controller = new AbortController();
        void watched(controller.signal);
        const other = rejectionOf(TimeLimited('1h')(forever)(controller.signal));
        controller.abort(mistake);
        expect(await other).to.equal(mistake);
        const told = reports().filter((text) => text.includes('call.stop.onStop'));
        expect(told[0]).to.contain(
          `: call.stop.onStop: expected a listener that returns nothing and does not throw, ${came}`,
        );
        expect(new Set(told).size).to.equal(told.length);
      });

    for (const at of ['waits', 'chunk', 'ended', 'closed'] as const)
      it(`gives the reader the whole stream: ${at}`, async () => {
        const service = stacked(
          { tail: (rest: Stream) => watchEnd(rest, { ended: () => undefined, [at]: throws }) },
          Tried,
        );
        const chunks = [];
        for await (const chunk of service.stream()) chunks.push(chunk);
        expect(chunks).to.deep.equal([1, 2]);
        await turn();
        expect(bulkhead(service.name).running).to.equal(0);
        expect(reports()).to.deep.equal([
          `watchEnd(rest, { ${at} }): expected a listener that returns nothing and does not throw, but it threw. It is ignored.`,
        ]);
      });

    it('tells everybody else of a transition', async () => {
      const heard: string[] = [];
      const service = stacked(
        {
          enter: (_self: unknown, _args: unknown, admission: Admission) => {
            if (heard.length > 0) return admission;
            heard.push('called');
            admission.circuit?.onTransition(throws);
            admission.circuit?.onTransition(() => heard.push('moved'));
            return admission;
          },
        },
        Tried,
      );
      await service.call();
      circuit(service.name).isolate();
      expect(heard).to.deep.equal(['called', 'moved']);
      expect(reports()).to.have.length(1);
    });
  });

  it('does what its steps say, in order', async () => {
    const seen: string[] = [];
    const policy: Policy = {
      enter: (_self, _args, admission) => {
        seen.push('enter');
        return admission;
      },
      succeed: () => (value) => {
        seen.push('succeed');
        return `${String(value)}!`;
      },
      fail: () => {
        seen.push('fail');
        return Promise.resolve('instead');
      },
      tail: (rest) => watchEnd(rest, { ended: (how, _error, chunks) => seen.push(`${how} ${chunks}`) }),
    };
    let isFailing = false;
    const service = stacked(policy, Tried, async () => {
      if (isFailing) throw unavailable();
      return 'answer';
    });
    expect(await service.call()).to.equal('answer!');
    isFailing = true;
    expect(await service.call()).to.equal('instead');
    const chunks = [];
    for await (const chunk of service.stream()) chunks.push(chunk);
    expect(chunks).to.deep.equal([1, 2]);
    expect(seen).to.deep.equal(['enter', 'succeed', 'enter', 'fail', 'enter', 'completed 2']);
  });

  it('may answer itself, repeat, and leave what it began', async () => {
    const answering = stacked({ enter: () => Promise.resolve('mine') }, Tried);
    expect(await answering.call()).to.equal('mine');
    let calls = 0;
    const repeating = stacked(
      {
        around: async (_call: unknown, next: () => Promise<unknown>) => {
          try {
            return await next();
          } catch {
            return next();
          }
        },
      },
      Tried,
      async () => {
        calls += 1;
        if (calls === 1) throw unavailable();
        return 'second';
      },
    );
    expect(await repeating.call()).to.equal('second');
    const leaving = stacked(
      {
        around: (_call: unknown, next: () => Promise<unknown>) => {
          void next();
          return Promise.resolve('early');
        },
      },
      Tried,
      async () => {
        throw unavailable();
      },
    );
    expect(await leaving.call()).to.equal('early');
    await turn();
    expect(bulkhead(leaving.name).running).to.equal(0);
  });

  it('has settings, a switch, and a place in the description', async () => {
    current = { enter: () => Promise.reject(new RangeError('no')) };
    class Service {
      @Tried({ most: 2 })
      async ask(): Promise<string> {
        return 'answer';
      }
    }
    expect(describeStack(Service).ask?.[0]?.settings.most).to.deep.equal({ value: 2, source: 'decorator' });
    expect(await rejectionOf(new Service().ask())).to.be.instanceOf(RangeError);
    const restore = configure({ settings: untyped({ tried: { enabled: false } }) });
    expect(await new Service().ask()).to.equal('answer');
    restore();
  });

  it('emits events of its own, without any field that was not defined', async () => {
    defineEvent('tried_seen', { level: 'warn', fields: { size: 'number', side: ['left', 'right'] } });
    const written: unknown[] = [];
    const restore = configure({
      logger: { log: (entry) => written.push(entry) },
      settings: { log: { level: 'info' } },
    });
    current = undefined;
    const Emitting = definePolicy({
      name: 'Emitting',
      group: 'emitting',
      fields: { told: { doc: 'Hears.', format: callback<() => void>() } },
      place: { below: 'Tried' },
      bind: (_options, context) => ({
        enter: (_self, _args, admission) => {
          emit(context, 'tried_seen', () => ({ size: 3, side: 'left', secret: 'x' }));
          return admission;
        },
      }),
    });
    await Emitting()(async function ask() {
      return 1;
    })();
    restore();
    expect(written).to.deep.equal([{ level: 'warn', message: 'tried_seen', method: 'ask', size: 3, side: 'left' }]);
    expect(() => defineEvent('Seen', { level: 'warn' })).to.throw(ConfigurationError, 'defineEvent: expected a type');
  });

  for (const [definition, says] of [
    [{ name: 'tried' }, 'name: expected the name of the decorator'],
    [{ name: 'Tried' }, 'a policy "Tried" is defined already'],
    [{ group: 'retry' }, 'the settings group "retry" exists already'],
    [{ group: 'A b' }, 'group: expected the name of a settings group'],
    [{ fields: { enabled: fields.most } }, '"fresh.enabled" is the switch of the policy'],
    [{ fields: { name: fields.most } }, 'every policy has the option "name"'],
    [{ fields: null }, 'fields: expected an object of options, got null'],
    [{ bind: undefined }, 'bind: expected a function that returns the policy, got undefined'],
    [{ place: undefined }, 'expected place: { below, above }'],
    [{ place: { below: 'Nothing' } }, 'got "Nothing"'],
    [{ place: { below: 'RetryOnTransient', above: 'CircuitProtected' } }, '"CircuitProtected" stands above'],
  ] as const)
    it(`is refused at definition: ${says}`, () => {
      const right = { name: 'Fresh', group: 'fresh', fields: {}, place: { below: 'Hedged' }, bind: () => ({}) };
      expect(() => definePolicy(untyped({ ...right, ...definition }))).to.throw(ConfigurationError, says);
    });

  it('is the base of a variant with other defaults', async () => {
    const Variant = variantOf(TimeLimited, { defaults: { limit: ['openai', 'firstChunk'] } });
    class Service {
      @RetryOnTransient({ maxAttempts: 1 })
      @Variant()
      async ask(): Promise<void> {
        await new Promise(() => undefined);
      }
    }
    const restore = configure({ settings: { openai: { firstChunk: '3s' } } });
    expect(describeStack(Service).ask?.[1]?.settings.limit?.value).to.equal('3s');
    restore();
    expect(() => variantOf({}, { defaults: {} })).to.throw(ConfigurationError, 'variantOf: expected a decorator');
  });
});
