// Run by define-policy.spec.ts in a process of its own, because a policy is defined once in a process.
import { expect } from 'chai';
import type { Policy } from '#lib/call/policy.js';
import { callback, count, type Field, positiveDuration } from '#lib/core/field.js';
import { ORDER } from '#lib/decorators/decoration.js';
import { definePolicy } from '#lib/policy/index.js';
import { groups } from '#lib/settings/groups.js';
import {
  CircuitProtected,
  ConfigurationError,
  configure,
  DecorationError,
  describe as describeStack,
  RetryOnTransient,
} from '#lib/index.js';
import { rejectionOf } from '../../support/upstream.js';
import { virtualTime } from '../../support/virtual-time.js';

const tallyFields = {
  most: { doc: 'Calls at most.', format: count(1), default: 3 },
  least: { doc: 'Calls at least.', format: count(0), default: null },
  pause: { doc: 'A pause.', format: positiveDuration, default: '1s', env: 'TALLY_PAUSE' },
  seen: { doc: 'Hears the number of each call.', format: callback<(call: number) => void>() },
} satisfies Record<string, Field<unknown>>;

/** How often it was made. */
let made = 0;
/** What the policy was last given, so that a spec can look at it. */
let given: unknown;

const Tallied = definePolicy({
  name: 'Tallied',
  group: 'tally',
  fields: tallyFields,
  place: { below: 'CircuitProtected', above: 'RetryOnTransient' },
  contradictions: ({ most, least }) =>
    most !== undefined && least && least > most ? [`least: expected at most most (${most}), got ${least}`] : [],
  bind: (options, _context, own): Policy => {
    given = options;
    made += 1;
    const calls = own.once('Tallied', () => ({ count: 0 }));
    return {
      enter: (_self, _args, admission) => {
        calls.count += 1;
        options.seen?.(calls.count);
        return calls.count > options.most ? Promise.reject(new RangeError('too many')) : admission;
      },
    };
  },
});

describe('A policy that is defined from outside', () => {
  virtualTime();

  class Service {
    @CircuitProtected()
    @Tallied({ least: 1 })
    @RetryOnTransient()
    async ask(): Promise<string> {
      return 'answer';
    }
  }

  it('stands around its method, with its options in effect', async () => {
    const service = new Service();
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await service.ask());
    expect(answers).to.deep.equal(['answer', 'answer', 'answer']);
    expect(await rejectionOf(service.ask())).to.be.instanceOf(RangeError);
    expect(given).to.deep.equal({ enabled: true, most: 3, least: 1, pause: '1s' });
  });

  it('has a group of settings, a variable, a switch and sections', async () => {
    const seen: number[] = [];
    const ask = Tallied({ most: 1, name: 'tallied', seen: (call) => seen.push(call) })(async () => 'answer');
    expect(await ask()).to.equal('answer');
    const restore = configure({
      settings: { tally: { pause: '2s' }, methods: { tallied: { tally: { most: 2 } } } } as object,
    });
    expect(await ask()).to.equal('answer');
    expect(given).to.deep.include({ most: 2, pause: '2s' });
    restore();
    expect(await rejectionOf(ask())).to.be.instanceOf(RangeError);
    const off = configure({ settings: { tally: { enabled: false } } as object });
    expect(await ask()).to.equal('answer');
    off();
    expect(seen).to.deep.equal([1, 2, 3]);
    expect(groups.get('tally')?.fields).to.have.all.keys('enabled', 'most', 'least', 'pause');
    expect(groups.get('tally')?.fields.enabled?.env).to.equal('TALLY_ENABLED');
  });

  it('is made once for each configuration', async () => {
    const ask = Tallied({ most: 100 })(async () => 'answer');
    const before = made;
    for (let i = 0; i < 10; i++) await ask();
    expect(made).to.equal(before + 1);
    configure({ settings: { retry: { maxAttempts: 2 } } })();
    for (let i = 0; i < 10; i++) await ask();
    expect(made).to.equal(before + 2);
  });

  it('is described like any other', () => {
    const [, tallied] = describeStack(Service).ask ?? [];
    expect(tallied).to.deep.equal({
      policy: 'Tallied',
      settings: {
        most: { value: 3, source: 'default' },
        least: { value: 1, source: 'decorator' },
        pause: { value: '1s', source: 'default' },
      },
      warnings: [],
    });
  });

  it('has its place in the order', () => {
    expect(ORDER).to.include('Tallied');
    expect(ORDER.indexOf('Tallied')).to.equal(ORDER.indexOf('CircuitProtected') + 2);
    expect(() => RetryOnTransient()(Tallied()(async function ask() {}))).to.throw(
      DecorationError,
      `@${'Tallied'}()
  @RetryOnTransient()`,
    );
  });

  it('is refused with wrong options when the class is defined, and with wrong settings by configure()', () => {
    expect(() => Tallied({ most: 1, least: 2 })(async function ask() {})).to.throw(
      DecorationError,
      'ask: @Tallied() least: expected at most most (1), got 2',
    );
    expect(() => Tallied({ mots: 1 } as object)(async function ask() {})).to.throw(
      'mots: unknown key; did you mean "most"?',
    );
    expect(() => configure({ settings: { tally: { most: 1, least: 2 } } as object })).to.throw(
      ConfigurationError,
      'tally.least: expected at most most (1), got 2',
    );
  });

  it('takes no option that does not fit its type', () => {
    // @ts-expect-error a text is no count
    const text = () => Tallied({ most: '3' })(async function ask() {});
    expect(text).to.throw(DecorationError);
    // @ts-expect-error there is no shorthand
    const shorthand = () => Tallied('3')(async function ask() {});
    expect(shorthand).to.throw(DecorationError);
  });

  describe('is refused at its definition', () => {
    const bind = (): Policy => ({});
    const place = { above: 'RetryOnTransient' };
    for (const [what, definition, problem] of [
      [
        'by a name that there is',
        { name: 'Tallied', group: 'other', fields: {}, place },
        /a policy "Tallied.*" is defined already/,
      ],
      [
        'by the name of a policy of holdfast',
        { name: 'RetryOnTransient', group: 'other', fields: {}, place },
        /a policy "RetryOnTransient" is defined already/,
      ],
      [
        'by a group that there is',
        { name: 'A', group: 'retry', fields: { most: tallyFields.most }, place },
        /group "retry" exists already/,
      ],
      [
        'by the group of an entry point',
        { name: 'A', group: 'openai', fields: {}, place },
        /group "openai" exists already/,
      ],
      [
        'by a group that is a section',
        { name: 'A', group: 'methods', fields: {}, place },
        /group "methods" exists already/,
      ],
      [
        'by an option that every policy has',
        { name: 'A', group: 'a', fields: { signal: tallyFields.most }, place },
        /every policy has the option "signal"/,
      ],
      [
        'by an option that is the switch',
        { name: 'A', group: 'a', fields: { enabled: tallyFields.most }, place },
        /"a\.enabled" is the switch/,
      ],
      ['without a place', { name: 'A', group: 'a', fields: {} }, /"A": expected place: .*, got none/],
      [
        'by a place that there is not',
        { name: 'A', group: 'a', fields: {}, place: { below: 'Retry' } },
        /"A": .*, got "Retry"/,
      ],
      [
        'by a place that cannot be',
        { name: 'A', group: 'a', fields: {}, place: { below: 'Hedged', above: 'CircuitProtected' } },
        /"A": expected a place below "Hedged" and above "CircuitProtected"/,
      ],
    ] as const) {
      it(what, () => {
        const before = [...groups.keys()];
        expect(() => definePolicy({ ...definition, bind } as Parameters<typeof definePolicy>[0])).to.throw(
          ConfigurationError,
          problem,
        );
        expect([...groups.keys()]).to.deep.equal(before);
        expect(ORDER).not.to.include('A');
      });
    }
  });
});
