import { expect } from 'chai';
import { replay } from './replay.js';

const read = (value: unknown, key: string): unknown => (value as Readonly<Record<string, unknown>>)[key];

const namesOf = (value: unknown): string[] => {
  const names: string[] = [];
  for (
    let at = Object.getPrototypeOf(value) as object | null;
    at && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  )
    names.push(at.constructor.name);
  return names;
};

describe('A recorded error', () => {
  it('is built with its classes by their names, its own properties and those of its prototypes', () => {
    const error = replay({
      $classes: ['RateLimitError', 'APIError', 'Error'],
      own: { message: 'The message.', status: 429 },
      inherited: { name: 'RateLimitError' },
    });
    expect(error).to.be.instanceOf(Error);
    expect(namesOf(error)).to.deep.equal(['RateLimitError', 'APIError', 'Error']);
    expect(Object.keys(error as object)).to.deep.equal(['status']);
    expect(read(error, 'message')).to.equal('The message.');
    expect(read(error, 'name')).to.equal('RateLimitError');
    expect(Object.hasOwn(error as object, 'name')).to.equal(false);
  });

  it('has a message only if it had one, and no class that it had not', () => {
    const error = replay({ $classes: ['Error'], own: {}, inherited: {} });
    expect(Object.hasOwn(error as object, 'message')).to.equal(false);
    expect(namesOf(error)).to.deep.equal(['Error']);
  });

  it('holds headers with those methods alone that the class of the client has', () => {
    const headers = { $headers: [['retry-after', '7']], iterable: true, own: false };
    const real = replay({ ...headers, class: 'Headers', methods: ['get', 'has', 'forEach', 'entries'] });
    expect(real).to.be.instanceOf(Headers);
    expect((real as Headers).get('Retry-After')).to.equal('7');
    const own = replay({ ...headers, class: 'HttpHeaders', methods: ['get', 'toJSON'] }) as Iterable<unknown>;
    expect(own).not.to.be.instanceOf(Headers);
    expect(namesOf(own)).to.deep.equal(['HttpHeaders']);
    expect(read(own, 'forEach')).to.equal(undefined);
    expect([...own]).to.deep.equal([['retry-after', '7']]);
    expect(Object.keys(own)).to.deep.equal([]);
  });

  it('holds causes, arrays, maps, sets, bytes and numbers that JSON has no word for', () => {
    const error = replay({
      $classes: ['AggregateError', 'Error'],
      own: {
        errors: [{ $classes: ['Error'], own: { code: 'ECONNREFUSED' }, inherited: {} }],
        labels: { $set: ['RetryableWriteError'] },
        servers: { $map: [['127.0.0.1:1', { type: 'Unknown' }]] },
        details: { $bytes: 'AQI=' },
        retryAfter: { $number: 'NaN' },
        socket: { $opaque: 'Socket' },
      },
      inherited: {},
    });
    expect(read(read(read(error, 'errors'), '0'), 'code')).to.equal('ECONNREFUSED');
    expect(read(error, 'labels')).to.deep.equal(new Set(['RetryableWriteError']));
    expect(read(error, 'servers')).to.deep.equal(new Map([['127.0.0.1:1', { type: 'Unknown' }]]));
    expect(read(error, 'details')).to.deep.equal(Buffer.from([1, 2]));
    expect(read(error, 'retryAfter')).to.satisfy(Number.isNaN);
    expect(namesOf(read(error, 'socket'))).to.deep.equal(['Socket']);
  });
});
