import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { PassThrough, Readable, Writable } from 'node:stream';
import { expect } from 'chai';
import { canBeSentOnce, isUsed, onceIn } from '#lib/failures/once.js';
import { quickest } from '../support/quickest.js';

const read = async (stream: Readable): Promise<Readable> => {
  for await (const _ of stream) break;
  return stream;
};
const post = (body: string): Request =>
  new Request('http://127.0.0.1/', { method: 'POST', body, duplex: 'half' } as RequestInit);

function* generator(): Generator<number> {
  yield 1;
}
async function* asyncGenerator(): AsyncGenerator<number> {
  yield 1;
}

describe('Arguments that can be sent once', () => {
  describe('are used once they were read', () => {
    const rows: Readonly<Record<string, () => unknown>> = {
      'a stream of Node': () => read(Readable.from(['a', 'b'])),
      'a stream of Node that is flowing': () => Readable.from(['a']).resume(),
      'a stream of Node that was destroyed': () => Readable.from(['a']).destroy(),
      'a web stream that was read': async () => {
        const stream = new Blob(['x']).stream();
        const reader = stream.getReader();
        await reader.read();
        reader.releaseLock();
        return stream;
      },
      'a web stream that is locked': () => {
        const stream = new Blob(['x']).stream();
        stream.getReader();
        return stream;
      },
      'a Request whose body was used': async () => {
        const request = post('x');
        await request.text();
        return request;
      },
      'a Response whose body was used': async () => {
        const response = new Response('x');
        await response.text();
        return response;
      },
      'a Response whose body is being read': () => {
        const response = new Response('x');
        response.body?.getReader();
        return response;
      },
      'a generator, which does not show whether it was started': generator,
      'an async generator': asyncGenerator,
      'an iterator of a map': () => new Map([[1, 2]]).values(),
      'an iterator by hand': () => ({ next: () => ({ done: true }), [Symbol.iterator]: () => [][Symbol.iterator]() }),
      'a stream of the old kind': () => ({ pipe: () => undefined, on: () => undefined, _streams: [] }),
    };
    for (const [what, make] of Object.entries(rows)) {
      it(what, async () => {
        const value = await make();
        expect(onceIn([value]), 'itself').to.equal('used');
        expect(onceIn(['x', 7, { file: value }]), 'in an object').to.equal('used');
        expect(onceIn([['x', value]]), 'in an array').to.equal('used');
        expect(isUsed([value])).to.equal(true);
        expect(canBeSentOnce([value])).to.equal(true);
      });
    }
  });

  describe('are fresh before', () => {
    const rows: Readonly<Record<string, () => unknown>> = {
      'a stream of Node': () => Readable.from(['a']),
      'a file': () => createReadStream('package.json').pause(),
      'a stream that is written as well': () => new PassThrough(),
      'a web stream': () => new Blob(['x']).stream(),
      'a Request with a body': () => post('x'),
      'a Response with a body': () => new Response('x'),
      'a response whose body is a stream': () => new Response(new Blob(['x']).stream()),
    };
    for (const [what, make] of Object.entries(rows)) {
      it(what, () => {
        const value = make();
        expect(onceIn([value]), 'itself').to.equal('fresh');
        expect(onceIn([{ file: value }]), 'in an object').to.equal('fresh');
        expect(isUsed([value])).to.equal(false);
        expect(canBeSentOnce([value])).to.equal(true);
        if (value instanceof Readable) value.destroy();
      });
    }
  });

  it('are never those that can be sent twice', async () => {
    const form = new FormData();
    form.set('file', new File(['x'], 'x.txt'));
    const values = [
      ...['text', 7, 7n, true, Symbol('x'), undefined, null, () => 1, generator],
      ...[new Blob(['x']), new File(['x'], 'x'), form, new URLSearchParams('a=b'), Buffer.from('x'), new Uint8Array(4)],
      ...[
        new ArrayBuffer(4),
        new DataView(new ArrayBuffer(4)),
        ['a', 'b'],
        new Map([[1, 2]]),
        new Set([1]),
        new Date(),
      ],
      ...[new Headers({ a: 'b' }), new URL('http://127.0.0.1/'), new AbortController().signal, /x/, new Error('x')],
      ...[new Request('http://127.0.0.1/'), new Response(null), { a: { b: generator() } }, { next: 'page' }],
      ...[new Writable(), { *[Symbol.iterator]() {} }, { async *[Symbol.asyncIterator]() {} }, { next: () => 1 }],
      ...[Promise.resolve(1), new WeakMap(), structuredClone({ a: 1 }), Object.create(null), { body: 'x', pipe: true }],
    ];
    for (const value of values) {
      expect(onceIn([value]), String(value?.constructor?.name)).to.equal(undefined);
      expect(onceIn([{ value }])).to.equal(undefined);
    }
  });

  it('are looked for one level deep and no deeper', () => {
    expect(onceIn([{ a: { b: Readable.from(['x']) } }])).to.equal(undefined);
    expect(onceIn([[[generator()]]])).to.equal(undefined);
  });

  it('are used if one of several is', () => {
    expect(onceIn([Readable.from(['a']), generator()])).to.equal('used');
    expect(onceIn([{ a: Readable.from(['a']), b: generator() }])).to.equal('used');
    expect(onceIn([[Readable.from(['a'])], 'x'])).to.equal('fresh');
  });

  it('are not started, not disturbed, and no getter of an argument is run', () => {
    let ran = 0;
    const options = {
      get file() {
        ran += 1;
        return generator();
      },
    };
    const stream = Readable.from(['a']);
    const web = new Blob(['x']).stream();
    const request = post('x');
    const started = generator();
    expect(onceIn([options])).to.equal(undefined);
    onceIn([stream, web, request, { started }]);
    expect(ran).to.equal(0);
    expect([stream.readableDidRead, web.locked, request.bodyUsed]).to.deep.equal([false, false, false]);
    expect(started.next()).to.deep.equal({ value: 1, done: false });
  });

  it('are passed over if they throw at everything', () => {
    const trap = (): never => {
      throw new Error('a trap');
    };
    const traps = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((name) => [name, trap]));
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(onceIn([new Proxy({}, traps), proxy, { proxy }, [proxy]])).to.equal(undefined);
    expect(onceIn([proxy, generator()])).to.equal('used');
  });

  it('are found in little time beside a million values', () => {
    const args = [new Array<number>(1_000_000).fill(1), Buffer.alloc(1_000_000)];
    const ms = quickest(() => expect(onceIn(args)).to.equal(undefined));
    expect(ms).to.be.below(100);
  });

  it('are used by a request that failed on the way', async () => {
    const server = createServer((request, response) => {
      request.resume();
      request.on('end', () => response.writeHead(503).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const body = Readable.toWeb(Readable.from(['x'])) as ReadableStream;
    expect(onceIn([{ body }])).to.equal('fresh');
    const { status } = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit);
    expect(status).to.equal(503);
    expect(onceIn([{ body }])).to.equal('used');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
