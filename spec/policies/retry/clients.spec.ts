import { expect } from 'chai';
import { clientsOf, holdsClient } from '#lib/policies/retry/clients.js';

describe('The clients that an object holds', () => {
  class Sdk {
    readonly secret = 'secret';
    constructor(readonly maxRetries: unknown) {}
  }

  const namesOf = (holder: unknown): string[] => clientsOf(holder).map(({ name }) => name);

  it('are told with their class, their attempts and what to write in place of them', () => {
    const client = new Sdk(2);
    expect(clientsOf({ client, other: 'text', count: 3 })).to.deep.equal([
      {
        identity: client,
        name: 'the Sdk client with maxRetries 2',
        attempts: 3,
        instead: 'new Sdk({ maxRetries: 0 })',
      },
    ]);
  });

  it('are found by other marks than maxRetries, functions too', () => {
    const got = Object.assign(() => undefined, {
      extend: () => undefined,
      defaults: { options: { retry: { limit: 2 } } },
    });
    const stripe = { _api: { maxNetworkRetries: 2 } };
    expect(clientsOf({ got, stripe })).to.deep.equal([
      { identity: got, name: 'got', attempts: 3, instead: 'got.extend({ retry: { limit: 0 } })' },
      {
        identity: stripe,
        name: 'the stripe client',
        attempts: 3,
        instead: 'new Stripe(key, { maxNetworkRetries: 0 })',
      },
    ]);
  });

  it('are found on an object of any kind, and nowhere else', () => {
    const client = new Sdk(1);
    const onFunction = Object.assign(() => undefined, { client });
    expect(namesOf(onFunction)).to.have.lengthOf(1);
    expect(namesOf(Object.assign(Object.create(null), { [Symbol('hidden')]: client }))).to.have.lengthOf(1);
    for (const holder of [undefined, null, 7, 'text', true, Symbol('none'), Object.create({ client })])
      expect(namesOf(holder)).to.deep.equal([]);
  });

  it('are none that a client in the sense of a retry cannot be', () => {
    const ofAFunction = Object.assign(() => undefined, { maxRetries: 2 });
    const options = { maxRetries: 2 };
    const proxy = new Proxy(new Sdk(2), {
      getPrototypeOf: () => {
        throw new Error('do not look');
      },
    });
    const values = [ofAFunction, options, Object.assign(Object.create(null), options), proxy, null, undefined, 2];
    for (const retries of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '2', 2n, null, undefined])
      values.push(new Sdk(retries));
    for (const value of values) expect(namesOf({ value })).to.deep.equal([]);
  });

  it('are none where the object does not want to be looked at', () => {
    const grudge = (): never => {
      throw new Error('do not look');
    };
    expect(clientsOf(new Proxy({ client: new Sdk(2) }, { ownKeys: grudge }))).to.deep.equal([]);
  });

  it('go without a name where that could be anything', () => {
    const named = (name: unknown): object =>
      Object.defineProperty(new Sdk(2), 'constructor', { value: name === undefined ? undefined : { name } });
    const nameless = ['two words', '', '9lives', `A${'b'.repeat(40)}`, 7, undefined];
    for (const name of nameless)
      expect(clientsOf({ client: named(name) })[0]).to.include({
        name: 'the client with maxRetries 2',
        instead: 'maxRetries: 0 for it',
      });
    for (const name of ['_$9', `A${'b'.repeat(39)}`])
      expect(namesOf({ client: named(name) })).to.deep.equal([`the ${name} client with maxRetries 2`]);
  });

  it('are known where nobody can look, when they have been told of, and come first', () => {
    const [first, second] = [new Sdk(1), new Sdk(2)];
    const holder = { seen: new Sdk(3) };
    holdsClient(holder, first);
    holdsClient(holder, new Sdk(0));
    holdsClient(holder, second, 'createClient()');
    expect(clientsOf(holder).map(({ identity, instead }) => [identity, instead])).to.deep.equal([
      [first, 'new Sdk({ maxRetries: 0 })'],
      [second, 'createClient()'],
      [holder.seen, 'new Sdk({ maxRetries: 0 })'],
    ]);
  });
});
