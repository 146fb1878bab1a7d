import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { commonOptions } from '#lib/core/common-options.js';
import { usualLevels } from '#lib/core/event-kinds.js';
import type { Fields } from '#lib/core/field.js';
import type { FailureKind, ResilienceEvent } from '#lib/index.js';
import * as holdfast from '#lib/index.js';
import { CircuitOpenError, ConcurrencyLimitError, classify, MalformedResponseError } from '#lib/index.js';
import { outcomeOf } from '#lib/policies/circuit/outcome.js';
import { policyGroups } from '#lib/settings/groups.js';
import { dataOf, schema } from '#lib/settings/schema.js';
import { entryOf } from '#lib/telemetry/entry.js';
import { type Fault, startFaultServer } from '#lib/testing/index.js';
import { OPTIONS_TABLES } from './support/options-tables.js';
import { pages, readPage, tableUnder } from './support/pages.js';
import { root } from './support/repository.js';
import { defaultOf } from './support/settings-table.js';

const README = readPage('README.md');
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  scripts: Record<string, string>;
  peerDependencies: Record<string, string>;
};

/** What a page says about the versions of a package, and what package.json says. */
const VERSIONS = [
  ['docs/openai.md', '`openai` package, version 6 or 7', 'openai', '^6 || ^7'],
  ['docs/nestjs.md', 'NestJS 10, 11 and 12', '@nestjs/core', '^10 || ^11 || ^12'],
  ['docs/fetch.md', 'axios 1.7 and later', 'axios', '^1.7'],
  ['docs/fetch.md', 'undici 7', 'undici', '^7'],
  ['docs/fleet.md', '| `redis` | 5 or 6 |', 'redis', '^5 || ^6'],
  ['docs/fleet.md', '| `ioredis` | 6 (5 untried) |', 'ioredis', '^5 || ^6'],
] as const;

const withoutTicks = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '');

/** An error of each kind, as a service may meet it. */
const ERRORS: Readonly<Record<FailureKind, unknown>> = {
  cancelled: new DOMException('aborted', 'AbortError'),
  timeout: new DOMException('too long', 'TimeoutError'),
  network: new TypeError('fetch failed'),
  server: { status: 503 },
  'rate-limited': { status: 429 },
  quota: { status: 429, code: 'insufficient_quota' },
  rejected: { status: 404 },
  malformed: new MalformedResponseError('no answer'),
  misconfigured: { code: 'CERT_HAS_EXPIRED' },
  'circuit-open': new CircuitOpenError({ circuit: 'payments', retryAfterMs: 1 }),
  'concurrency-limit': new ConcurrencyLimitError(1),
  unknown: new RangeError('a bug'),
};

const isSame = (one: readonly string[], other: readonly string[]): boolean => one.join() === other.join();

const EXPORTED_ERRORS = Object.entries(holdfast)
  .filter(([, value]) => typeof value === 'function' && value.prototype instanceof Error)
  .map(([name]) => name);

/** One of each error that the package exports. */
const EXAMPLES = {
  CircuitOpenError: new CircuitOpenError({ circuit: 'payments', retryAfterMs: 1 }),
  ConcurrencyLimitError: new ConcurrencyLimitError(1),
  RateLimitedError: new holdfast.RateLimitedError(1),
  TimeLimitError: new holdfast.TimeLimitError(1),
  MalformedResponseError: new MalformedResponseError('no answer'),
  ChaosError: new holdfast.ChaosError('network'),
  FinalError: new holdfast.FinalError('booked', { cause: new Error('x') }),
  ConfigurationError: new holdfast.ConfigurationError(['x']),
  DecorationError: new holdfast.DecorationError(['x']),
} as const;

/** What an error has beyond what every error has, as the page writes it. `final` is a mark of ours. */
function ownPropertiesOf(error: Error): string {
  const accessors = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(error)));
  const names = [
    ...Object.getOwnPropertyNames(error),
    ...accessors.filter(([, { get }]) => get !== undefined).map(([name]) => name),
  ];
  return [...new Set(names)]
    .filter((name) => !['stack', 'message', 'name', 'final'].includes(name))
    .toSorted()
    .join(', ');
}

describe('what the documentation says', () => {
  for (const [page, heading, options] of OPTIONS_TABLES) {
    it(`names every option under ${heading} in ${page} and its default`, () => {
      const expected = Object.entries(options).map(([name, field]) => [name, defaultOf(field) ?? 'none']);
      const rows = tableUnder(readPage(page), heading);
      const told = rows.map(([name, value]) => [withoutTicks(name), withoutTicks(value)]);
      expect(told).to.have.deep.members(expected);
    });
  }

  it('names every event and its level', () => {
    const rows = tableUnder(readPage('docs/logging.md'), 'Events');
    const told = Object.fromEntries(rows.map(([event, level]) => [withoutTicks(event), withoutTicks(level)]));
    expect(told).to.deep.equal(usualLevels());
  });

  it('names every field of a log entry', () => {
    const asked = new Set<string>();
    // An entry is made by asking an event for each field that may be written.
    const event = new Proxy({}, { get: (_, name) => (asked.add(String(name)), undefined) }) as ResilienceEvent;
    entryOf(event, 'info', 0);
    asked.delete('type');
    const told = tableUnder(readPage('docs/logging.md'), 'Fields').map(([field]) => withoutTicks(field));
    expect(told).to.have.members([...asked]);
  });

  for (const [kind, error] of Object.entries(ERRORS) as [FailureKind, unknown][]) {
    it(`says of "${kind}" what is made of it`, () => {
      const failure = classify(error);
      expect(failure.kind).to.equal(kind);
      const rowOf = (page: string, heading: string): readonly string[] | undefined =>
        tableUnder(readPage(page), heading).find(([name]) => withoutTicks(name) === kind);
      const retried = failure.transient ? 'yes' : 'no';
      expect(rowOf('docs/failures.md', 'Kinds')?.slice(2)).to.deep.equal([retried, outcomeOf(failure)]);
      const inCircuit = {
        failure: 'a failure',
        rejected: 'ignored; as a probe it closes the circuit',
        ignored: 'ignored',
      };
      const outcome = outcomeOf(failure) as keyof typeof inCircuit;
      expect(rowOf('README.md', 'What happens when')?.slice(2)).to.deep.equal([retried, inCircuit[outcome]]);
    });
  }

  it('names every error that the package exports, and what each of them has', () => {
    const rows = tableUnder(readPage('docs/failures.md'), "holdfast's own errors");
    const told = rows.map(([name, , properties]) => [withoutTicks(name), withoutTicks(properties)]);
    const exported = Object.entries(EXAMPLES).map(([name, error]) => {
      expect(error.name).to.equal(name);
      return [name, ownPropertiesOf(error)];
    });
    expect(Object.keys(EXAMPLES)).to.have.members(EXPORTED_ERRORS);
    expect(told).to.have.deep.members(exported);
  });

  it('has a table for the options of each policy, on a page that the one about decorators links to', () => {
    const links = readPage('docs/decorators.md').links.map((link) => `docs/${link.split('#')[0]}`);
    for (const [group, { fields }] of policyGroups()) {
      const options = Object.keys(fields).filter((name) => name !== 'enabled' || group === 'chaos');
      const pagesOf = OPTIONS_TABLES.filter(
        ([, , documented]) => documented !== commonOptions && isSame(Object.keys(dataOf(documented)), options),
      ).map(([page]) => page);
      expect(pagesOf, group).not.to.deep.equal([]);
      expect(links, group).to.include.members(pagesOf);
    }
  });

  it('names no kind that does not exist', () => {
    for (const [page, heading] of [
      ['docs/failures.md', 'Kinds'],
      ['README.md', 'What happens when'],
    ] as const) {
      const told = tableUnder(readPage(page), heading).map(([kind]) => withoutTicks(kind));
      expect(told, page).to.have.members(Object.keys(ERRORS));
    }
  });

  const fields = Object.values(schema).flatMap((group): Fields[string][] => Object.values(group));

  it('names no environment variable that nobody reads', () => {
    const known = new Set([...fields.map(({ env }) => env), 'RESILIENCE_CONFIG', 'OPENAI_LOG']);
    const named = pages().flatMap(({ text }) => text.match(/\b(RESILIENCE|RETRY|CIRCUIT|OPENAI|LOG)_[A-Z_]+\b/g) ?? []);
    expect(named.filter((name) => !known.has(name))).to.deep.equal([]);
  });

  it('gives the defaults of the variables in README.md as they are', () => {
    for (const [variable, value] of tableUnder(README, 'Settings')) {
      const field = fields.find(({ env }) => env === withoutTicks(variable));
      expect(withoutTicks(value), variable).to.equal(field && defaultOf(field));
    }
  });

  it('shows log entries that could have been written', () => {
    const lines = pages().flatMap(({ blocks }) =>
      blocks.filter(({ marks }) => marks.has('log')).flatMap(({ code }) => code.split('\n')),
    );
    expect(lines).not.to.have.length(0);
    const fieldNames = tableUnder(readPage('docs/logging.md'), 'Fields').map(([field]) => withoutTicks(field));
    for (const line of lines) {
      const { level, message, timestamp, ...rest } = JSON.parse(line) as Record<string, string>;
      expect(level).to.equal(usualLevels()[message ?? '']);
      expect(Number.isNaN(Date.parse(timestamp ?? ''))).to.equal(false);
      expect(fieldNames).to.include.members(Object.keys(rest));
    }
  });

  it('names every fault of the server', async () => {
    const server = await startFaultServer();
    const refused = (() => {
      try {
        server.script('no such fault' as Fault);
      } catch (error) {
        return String(error);
      }
      return '';
    })();
    await server.close();
    const known = / one of (.*), got /.exec(refused)?.[1]?.split(', ');
    const rows = tableUnder(readPage('docs/testing.md'), 'Real sockets');
    const told = rows.flatMap(([faults]) => [...(faults ?? '').matchAll(/'([\w-]+)'/g)].map(([, name]) => name));
    expect(told).to.have.members(known ?? []);
  });

  it('names the versions of packages that the peer dependencies allow', () => {
    for (const [page, words, name, range] of VERSIONS) {
      expect(readPage(page).text.replace(/\s+/g, ' '), page).to.include(words);
      expect(packageJson.peerDependencies[name], name).to.equal(range);
    }
  });

  it('names no npm script that does not exist', () => {
    const named = pages().flatMap(({ text }) => [...text.matchAll(/npm (?:run )?(start|test|(?<=run )[\w:]+)/g)]);
    expect(named.map(([, script]) => script)).to.include.members(['start', 'test']);
    for (const [, script] of named) expect(packageJson.scripts).to.have.property(script ?? '');
  });

  it('listens on the loopback only, in every example', () => {
    const listening = pages().flatMap(({ path, blocks }) =>
      blocks.flatMap(({ line, code }) =>
        [...code.matchAll(/\.listen\(.*/g)].map(([call]) => ({ place: `${path}:${line}`, call })),
      ),
    );
    expect(listening).not.to.have.length(0);
    expect(listening.filter(({ call }) => !call.includes("'127.0.0.1'"))).to.deep.equal([]);
  });

  it('gives the two commands of the repository on the first screen', () => {
    const firstScreen = README.text.split('\n').slice(0, 50).join('\n');
    for (const words of ['npm install holdfast', 'npm install && npm start', 'npm install && npm test', '```ts']) {
      expect(firstScreen).to.include(words);
    }
  });

  it('has an entry for this version in the changelog', () => {
    expect(readPage('CHANGELOG.md').text).to.match(
      new RegExp(`^## \\[${packageJson.version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d\\d-\\d\\d$`, 'm'),
    );
  });
});
