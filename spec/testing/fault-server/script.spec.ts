import { expect } from 'chai';
import { type Fault, startFaultServer } from '#lib/testing/fault-server/index.js';
import { ask, caught, defaultClient, send, useServer } from '../../support/sdks.js';

describe('a script of faults', () => {
  const use = useServer();
  const statusOf = async (): Promise<number> => (await send(use.server, '/models', { method: 'GET' })).status;
  const statuses = async (calls: number): Promise<number[]> => {
    const seen: number[] = [];
    for (let call = 0; call < calls; call++) seen.push(await statusOf());
    return seen;
  };

  it('befalls one request after the other and is then over', async () => {
    use.server.script({ type: 'status', status: 500 }, 'ok', 'rate-limit');
    expect(await statuses(5)).to.deep.equal([500, 200, 429, 200, 200]);
  });

  it('is lengthened by each call', async () => {
    use.server.script({ type: 'status', status: 500 });
    use.server.script('ok', { type: 'status', status: 501 });
    expect(await statuses(4)).to.deep.equal([500, 200, 501, 200]);
  });

  it('goes before what always holds, until that is taken back', async () => {
    use.server.always({ type: 'status', status: 503 });
    use.server.script('ok');
    expect(await statuses(3)).to.deep.equal([200, 503, 503]);
    use.server.always(undefined);
    expect(await statuses(1)).to.deep.equal([200]);
  });

  it('can be a function of the request and its place', async () => {
    const seen: [number, string, unknown][] = [];
    use.server.always((request, index) => {
      seen.push([index, request.path, request.body]);
      return index % 2 === 0 ? 'ok' : { type: 'status', status: 502 };
    });
    expect(await statuses(4)).to.deep.equal([200, 502, 200, 502]);
    await send(use.server, '/embeddings?x=1', { body: '{"input":"hi"}' });
    expect(seen[0]).to.deep.equal([0, '/v1/models', undefined]);
    expect(seen[4]).to.deep.equal([4, '/v1/embeddings', { input: 'hi' }]);
  });

  it('tells in a 400 that its function threw', async () => {
    use.server.always(() => {
      throw new Error('no such phase');
    });
    const error = await caught(ask(defaultClient(use.server.baseUrl)));
    expect(error).to.include({ status: 400, code: 'fault_server_misuse' });
    expect(error).to.have.property('message').that.includes('no such phase');
  });

  it('tells in a 400 that a header cannot be sent', async () => {
    use.server.script({ type: 'status', status: 500, headers: { 'x-bad': 'two\nlines' } });
    expect(await statusOf()).to.equal(400);
    expect(use.server.requests[0]?.outcome).to.equal('answered');
  });

  it('is forgotten on reset, with what always holds and what was recorded', async () => {
    use.server.always('quota');
    use.server.script('rate-limit', 'rate-limit');
    await statuses(1);
    use.server.reset();
    expect([use.server.count, use.server.requests.length]).to.deep.equal([0, 0]);
    expect(await statuses(2)).to.deep.equal([200, 200]);
    expect(use.server.requests.map(({ index }) => index)).to.deep.equal([0, 1]);
  });

  for (const [fault, said] of [
    ['resets', /`type` to be one of .*reset.*, got `resets`/],
    [{ type: 'toString' }, /`type` to be one of/],
    [undefined, /`type` to be one of .*, got `undefined`/],
    [{ type: 'status' }, /`status` to be an integer from 400 to 599, got `undefined`/],
    [{ type: 'status', status: 200 }, /`status` to be an integer from 400 to 599, got `200`/],
    [{ type: 'status', status: 500, headers: { a: 1 } }, /`headers` to be an object of strings/],
    [{ type: 'stream-cut', afterChunk: 1 }, /no field `afterChunk`; it may have delayMs, afterChunks, by/],
    [{ type: 'stream-cut', afterChunks: -1 }, /`afterChunks` to be a number >= 0, got `-1`/],
    [{ type: 'body-cut', by: 'rst' }, /`by` to be one of reset, fin, got `rst`/],
    [{ type: 'ok', delayMs: Number.NaN }, /`delayMs` to be a number >= 0, got `NaN`/],
  ] as const) {
    it(`does not take ${JSON.stringify(fault)}`, () => {
      const wrong = fault as unknown as Fault;
      expect(() => use.server.script('ok', wrong)).to.throw(TypeError, said);
      if (fault !== undefined) expect(() => use.server.always(wrong)).to.throw(TypeError, said);
    });
  }

  it('takes nothing of a list with a mistake in it', async () => {
    expect(() => use.server.script('quota', 'quotas' as Fault)).to.throw(TypeError);
    expect(await statusOf()).to.equal(200);
  });

  it('waits the latency before each answer, or the delay of the fault in its place', async () => {
    const slow = await startFaultServer({ latencyMs: 250 });
    const timed = async (): Promise<number> => {
      const began = performance.now();
      await (await send(slow, '/models', { method: 'GET' })).text();
      return performance.now() - began;
    };
    expect(await timed()).to.be.greaterThan(245);
    slow.script({ type: 'ok', delayMs: 0 }, { type: 'quota', delayMs: 200 });
    expect(await timed()).to.be.lessThan(245);
    expect(await timed()).to.be.greaterThan(195);
    await slow.close();
  });

  it('does not take a latency that is no time', async () => {
    const error = await caught(startFaultServer({ latencyMs: -1 }));
    expect(error)
      .to.be.instanceOf(TypeError)
      .with.property('message', 'expected `latencyMs` to be a number >= 0, got `-1`');
  });
});
