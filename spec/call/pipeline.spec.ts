import { expect } from 'chai';
import { Admission } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import { pipeline as pipelineAt } from '#lib/call/pipeline.js';
import { Answer, type Next, type Policy } from '#lib/call/policy.js';
import { CallStats } from '#lib/call/stats.js';
import { CircuitOpenError } from '#lib/core/errors.js';
import { FakeClock } from '#lib/testing/index.js';
import { contextOf } from '../support/method-context.js';
import { rejectionOf, turn, unavailable } from '../support/upstream.js';

describe('The pipeline', () => {
  const context = contextOf(new FakeClock());
  const pipeline = (policies: readonly Policy[], body: Next): Next => pipelineAt(policies, body, context);
  let trace: string[] = [];
  beforeEach(() => {
    trace = [];
  });

  /** A policy that notes each of its steps, and can answer in place of what is further in. */
  function noting(name: string, steps: Partial<Policy> = {}): Policy {
    return {
      enter: (_self, _args, admission) => {
        trace.push(`${name} enters`);
        return admission;
      },
      succeed: () => (value) => {
        trace.push(`${name} succeeds`);
        return `${name}(${String(value)})`;
      },
      fail: () => {
        trace.push(`${name} fails`);
        return undefined;
      },
      ...steps,
    };
  }

  const body: Next = async (_self, args) => {
    trace.push('body');
    if (args[0] instanceof Error) throw args[0];
    return args[0];
  };

  it('enters from the outside in and succeeds from the inside out', async () => {
    const run = pipeline([noting('a'), noting('b'), noting('c')], body);
    expect(await run(undefined, ['x'])).to.equal('a(b(c(x)))');
    expect(trace).to.deep.equal([
      ...['a enters', 'b enters', 'c enters', 'body'],
      ...['c succeeds', 'b succeeds', 'a succeeds'],
    ]);
  });

  it('fails from the inside out, with the same error', async () => {
    const error = new Error('x');
    expect(await rejectionOf(pipeline([noting('a'), noting('b')], body)(undefined, [error]))).to.equal(error);
    expect(trace).to.deep.equal(['a enters', 'b enters', 'body', 'b fails', 'a fails']);
  });

  it('leaves the object of a fallback as it is, unless a policy further out follows streams', async () => {
    async function* chunks(): AsyncGenerator<string> {
      yield 'a';
    }
    const list = { [Symbol.asyncIterator]: chunks };
    const falling = noting('b', {
      fail: (_error, call) => {
        call.hasFallenBack = true;
        return Promise.resolve(list);
      },
    });
    const passing = noting('a', { succeed: () => (value) => value });
    expect(await pipeline([passing, falling], body)(undefined, [new Error('x')])).to.equal(list);
    expect(list[Symbol.asyncIterator]).to.equal(chunks);
    const following = noting('a', {
      tail: (rest) => {
        trace.push('a follows');
        return rest;
      },
    });
    const before = context.stats.fellBack;
    await pipeline([following, falling], body)(undefined, [new Error('x')]);
    expect(trace.at(-1)).to.equal('a follows');
    expect(context.stats.fellBack).to.equal(before + 1);
  });

  it('leaves it also where a policy that looks at values stands in between, or around it', async () => {
    async function* chunks(): AsyncGenerator<string> {
      yield 'a';
    }
    const list = { [Symbol.asyncIterator]: chunks };
    const passing: Policy = { succeed: () => (value) => value };
    const looking: Policy = { around: (call, next) => next(call.self, call.args, call) };
    const falling: Policy = {
      fail: (_error, call) => {
        call.hasFallenBack = true;
        return Promise.resolve(list);
      },
    };
    const instead: Policy = { enter: () => new Answer(Promise.resolve(list), undefined, 'fallback') };
    for (const inner of [falling, instead])
      for (const stack of [
        [looking, inner],
        [passing, looking, inner],
        [passing, looking, passing, inner],
      ]) {
        const counted = { ...context, stats: new CallStats() };
        expect(await pipelineAt(stack, body, counted)(undefined, [new Error('x')])).to.equal(list);
        expect(list[Symbol.asyncIterator]).to.equal(chunks);
        expect(counted.stats).to.include({ fellBack: 1, succeeded: 0 });
      }
  });

  it('lets a policy run everything further in later, and takes that out through those around it', async () => {
    const waiting = noting('b', {
      enter: async (self, args, _admission, next) => {
        trace.push('b waits');
        await Promise.resolve();
        return next(self, args);
      },
    });
    const silent: Policy = { ...noting('a'), enter: undefined };
    const run = pipeline([silent, waiting, noting('c')], body);
    expect(await run(undefined, ['x'])).to.equal('a(c(x))');
    expect(trace).to.deep.equal(['b waits', 'c enters', 'body', 'c succeeds', 'a succeeds']);
    trace = [];
    await rejectionOf(run(undefined, [new Error('x')]));
    expect(trace).to.deep.equal(['b waits', 'c enters', 'body', 'c fails', 'a fails']);
  });

  it('takes what a policy answers with out through those around it, and not further in', async () => {
    const answering = noting('b', { enter: () => Promise.resolve('b itself') });
    expect(await pipeline([noting('a'), answering, noting('c')], body)(undefined, ['x'])).to.equal('a(b itself)');
    expect(trace).to.deep.equal(['a enters', 'a succeeds']);
    const error = new Error('refused');
    const refusing = noting('b', { enter: () => Promise.reject(error) });
    trace = [];
    expect(await rejectionOf(pipeline([noting('a'), refusing], body)(undefined, ['x']))).to.equal(error);
    expect(trace).to.deep.equal(['a enters', 'a fails']);
  });

  it('takes it out through one that only looks at how calls end', async () => {
    const { enter: _, ...looking } = noting('b');
    const answering = noting('c', { enter: () => Promise.resolve('c itself') });
    expect(await pipeline([noting('a'), looking, answering], body)(undefined, ['x'])).to.equal('a(b(c itself))');
    expect(trace).to.deep.equal(['a enters', 'b succeeds', 'a succeeds']);
  });

  it('lets a policy run what is further in when it likes, and hear of the outcome by itself', async () => {
    const later = noting('b', {
      enter: async (self, args, admission, further) => {
        await turn();
        return further(self, args, new Call(context, self, args, admission));
      },
    });
    expect(await pipeline([noting('a'), later, noting('c')], body)(undefined, ['x'])).to.equal('a(c(x))');
    expect(trace).to.deep.equal(['a enters', 'c enters', 'body', 'c succeeds', 'a succeeds']);
  });

  it('hands one and the same call to all who hear of a failure, also of an answer', async () => {
    const calls: Call[] = [];
    const hearing: Policy['fail'] = (_error, call) => {
      calls.push(call);
      return undefined;
    };
    const refusing = noting('c', { enter: () => Promise.reject(new Error('refused')), fail: hearing });
    const stack = [noting('a', { fail: hearing }), noting('b', { fail: hearing }), refusing];
    await rejectionOf(pipeline(stack, body)(undefined, ['x']));
    expect(calls).to.have.lengthOf(2);
    expect(calls[0]).to.equal(calls[1]);
  });

  it('lets a policy mend a failure for those around it', async () => {
    const mending = noting('b', { fail: async () => 'mended' });
    expect(await pipeline([noting('a'), mending], body)(undefined, [new Error('x')])).to.equal('a(mended)');
  });

  it('lets a policy run again what is further in', async () => {
    const again = noting('b', { fail: (_error, call, next) => next(call.self, ['again'], call) });
    expect(await pipeline([noting('a'), again, noting('c')], body)(undefined, [new Error('x')])).to.equal(
      'a(c(again))',
    );
    expect(trace).to.deep.equal([
      ...['a enters', 'b enters', 'c enters', 'body', 'c fails'],
      ...['c enters', 'body', 'c succeeds', 'a succeeds'],
    ]);
  });

  it('makes those around a policy that looks at values wait for what it makes of them', async () => {
    const looking: Policy = {
      around: async (call, next) => {
        const value = await next(call.self, call.args, call);
        return value === 'c(x)' ? next(call.self, ['y'], call) : value;
      },
    };
    expect(await pipeline([noting('a'), looking, noting('c')], body)(undefined, ['x'])).to.equal('a(c(y))');
    const error = new Error('x');
    expect(await rejectionOf(pipeline([noting('a'), looking], body)(undefined, [error]))).to.equal(error);
  });

  it('hands the admission of the outer policy to the inner ones, and the call to those that fail', async () => {
    const admission = new Admission(undefined, 7, 3);
    const seen: unknown[] = [];
    const outer: Policy = { enter: () => admission };
    const inner: Policy = {
      enter: (_self, _args, admission) => {
        seen.push(admission);
        return admission;
      },
      fail: (_error, call) => {
        seen.push(call.admission, call.self, call.args, call instanceof Call);
        return undefined;
      },
    };
    const args = [new Error('x')];
    await rejectionOf(pipeline([outer, inner], body)('self', args));
    expect(seen).to.deep.equal([admission, admission, 'self', args, true]);
  });

  it('hands a policy that stands around calls the admission of those further out, also when all is well', async () => {
    const admission = new Admission(undefined, 7, 3);
    const seen: unknown[] = [];
    const around: Policy = {
      around: (call, next) => {
        seen.push(call.admission);
        return next(call.self, call.args, call).then((value) => `around(${String(value)})`);
      },
    };
    const outer = noting('a', { enter: () => admission });
    expect(await pipeline([outer, around, noting('c')], body)(undefined, ['x'])).to.equal('a(around(c(x)))');
    expect(seen).to.deep.equal([admission]);
    const error = new Error('x');
    const throwing: Policy = {
      around: () => {
        throw error;
      },
    };
    expect(await rejectionOf(pipeline([noting('a'), throwing], body)(undefined, ['x']))).to.equal(error);
  });

  it('goes on with the admission of an inner policy', async () => {
    const admission = new Admission(undefined, 7, 3);
    const seen: Admission[] = [];
    const own = noting('b', { enter: () => admission });
    const hearing = noting('c', {
      enter: (_self, _args, admission) => {
        seen.push(admission);
        return admission;
      },
    });
    expect(await pipeline([noting('a'), own, hearing], body)(undefined, ['x'])).to.equal('a(b(c(x)))');
    expect(await pipeline([noting('a'), own], body)(undefined, ['x'])).to.equal('a(b(x))');
    expect(seen).to.deep.equal([admission]);
  });

  it('is the body alone without policies', () => {
    expect(pipeline([], body)).to.equal(body);
  });

  describe('counts', () => {
    /** What the calls of a stack are counted as. */
    async function countsOf(policies: readonly Policy[], run: Next = body, args: readonly unknown[] = ['x']) {
      const counted = { ...context, stats: new CallStats() };
      await pipelineAt(policies, run, counted)(undefined, args).catch(() => undefined);
      const { succeeded, fellBack, failed, refused, cancelled } = counted.stats;
      return { succeeded, fellBack, cancelled, ...failed, ...refused };
    }

    const NONE = { succeeded: 0, fellBack: 0, cancelled: 0 };
    const answering = (by?: 'fallback' | 'constant'): Policy => ({
      enter: () => new Answer(Promise.resolve('instead'), undefined, by),
    });
    const around: Policy = { around: (call, next) => next(call.self, call.args, call) };
    const seeing = (): Policy => noting('a', { tail: (rest) => rest });

    const places: readonly (readonly [where: string, stack: (policy: Policy) => Policy[]])[] = [
      ['alone', (policy) => [policy]],
      ['below another', (policy) => [noting('a'), policy]],
      ['below two others', (policy) => [noting('a'), seeing(), policy]],
      ['above another', (policy) => [policy, noting('c')]],
      ['below one around it', (policy) => [around, policy]],
      ['in a part further in', (policy) => [noting('a'), around, noting('b'), policy, noting('c')]],
    ];
    for (const [where, stack] of places) {
      it(`a fallback as one, constant or not, and any other answer as a success: ${where}`, async () => {
        for (const by of ['fallback', 'constant'] as const)
          expect(await countsOf(stack(answering(by))), by).to.deep.equal({ ...NONE, fellBack: 1 });
        expect(await countsOf(stack(answering()))).to.deep.equal({ ...NONE, succeeded: 1 });
      });

      it(`each outcome once: ${where}`, async () => {
        const refusing: Policy = {
          enter: () => {
            const error = new CircuitOpenError({ circuit: 'openai', retryAfterMs: 5 });
            return new Answer(Promise.reject(error), undefined, 'refusal', error);
          },
        };
        expect(await countsOf(stack(refusing))).to.deep.equal({ ...NONE, 'circuit-open': 1 });
        expect(await countsOf(stack(noting('own')))).to.deep.equal({ ...NONE, succeeded: 1 });
        const error = unavailable();
        expect(await countsOf(stack(noting('own')), body, [error])).to.deep.equal({ ...NONE, server: 1 });
        const mending = noting('own', { fail: async () => 'mended' });
        expect(await countsOf(stack(mending), body, [error])).to.deep.equal({ ...NONE, succeeded: 1 });
        const throwing = noting('own', {
          succeed: () => () => {
            throw error;
          },
        });
        expect(await countsOf(stack(throwing))).to.deep.equal({ ...NONE, server: 1 });
      });

      it(`a stream once, when it has been read: ${where}`, async () => {
        async function* letters(): AsyncGenerator<string> {
          yield 'a';
        }
        const passing = noting('own', { succeed: () => (value) => value });
        const counted = { ...context, stats: new CallStats() };
        const policies = stack(passing).map((policy) =>
          policy.around ? policy : { ...policy, succeed: () => (value: unknown) => value },
        );
        const stream = (await pipelineAt(policies, async () => letters(), counted)(undefined, [])) as AsyncGenerator;
        expect(counted.stats.succeeded).to.equal(0);
        for await (const chunk of stream) expect(chunk).to.equal('a');
        expect(counted.stats).to.include({ succeeded: 1, fellBack: 0, cancelled: 0 });
      });
    }
  });

  it('shows an inner policy the call with the admission of the outer one', async () => {
    const admission = new Admission(undefined, 7, 3);
    const seen: unknown[] = [];
    const looking: Policy = { around: (call, next) => next(call.self, call.args, call) };
    const inner: Policy = {
      enter: (_self, _args, given, _next, call) => {
        seen.push(call?.admission);
        return given;
      },
    };
    await pipeline([looking, { enter: () => admission }, inner], body)(undefined, ['x']);
    expect(seen).to.deep.equal([admission]);
  });

  it('takes the bare promise of a policy for an answer, wherever it stands', async () => {
    const looking: Policy = { around: (call, next) => next(call.self, call.args, call) };
    const answering = noting('b', { enter: () => Promise.resolve('b itself') });
    for (const stack of [[answering], [looking, answering], [looking, answering, noting('c')]])
      expect(await pipeline(stack, body)(undefined, ['x'])).to.equal('b itself');
  });
});
