import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { jsonSchema } from '#lib/settings/json-schema.js';
import { loadSettings } from '#lib/settings/load.js';
import { groups } from '#lib/settings/groups.js';

/** Everything that a file can say. */
const WHOLE = {
  $schema: './node_modules/holdfast/resilience.schema.json',
  resilience: { enabled: true, watch: true },
  retry: { enabled: true, maxAttempts: 4, minWait: 0.5, maxWait: '20s', jitter: 'none', nested: 'outer-only' },
  circuit: {
    enabled: true,
    failureThreshold: 'off',
    failureRate: 0.5,
    slowCall: 2,
    slowCallRate: 1,
    window: 100,
    minimumCalls: 10,
    recoveryTimeout: '1m',
    recoveryGrowth: 1.5,
    maxRecoveryTimeout: '10m',
    probes: 2,
    probeInterval: 2,
    probeSuccess: 0.6,
    rampUp: 0,
    shadow: true,
    maxKeys: 100,
    fallbackOn: ['timeout', 'rate-limited'],
    fleet: 'watch',
  },
  rateLimit: { enabled: true, maxWait: '20s', maxAttempts: 3, minWait: 0.5, maxGate: '10m' },
  limiter: { enabled: true, limit: 100, per: '1m', burst: 5, maxWait: '2s', queue: 10, fleet: 'watch' },
  concurrency: {
    enabled: true,
    limit: 'adaptive',
    queue: 5,
    maxQueueWait: 2,
    min: 2,
    max: 20,
    initial: 10,
    release: 'settled',
  },
  hedge: { enabled: false, after: 'p95', maxHedges: 2 },
  timeLimit: { enabled: true, limit: '20s', firstChunk: 5, betweenChunks: '1 s' },
  attemptLimit: { enabled: true, limit: '20s', firstChunk: 5, betweenChunks: 1 },
  coalesce: { enabled: true },
  chaos: { enabled: false, rate: 0.1, fault: 'network', latency: '50ms', until: '2027-01-31T12:00:00Z' },
  fleet: {
    mode: 'watch',
    name: 'staging',
    quorum: 0.5,
    timeout: '100ms',
    sync: '10s',
    trust: '1s',
    rampUp: 0,
    maxGate: '2m',
  },
  openai: {
    apiKey: 'sk-test',
    baseUrl: 'https://example.test/v1',
    chatModel: 'a-model',
    embeddingModel: 'another-model',
    embeddingDimensions: 256,
    attemptTimeout: 30,
    firstChunk: '1m',
    betweenChunks: 0.5,
    requestsPerMinute: 500,
    tokensPerMinute: 200_000,
  },
  log: { level: 'silent' },
  circuits: { openai: { circuit: { failureThreshold: 10 } }, '*': { retry: { enabled: false } } },
  methods: {
    'GenerationService.generateAnswer': {
      retry: { maxAttempts: 2 },
      circuit: { fallbackOn: 'open' },
      chaos: { rate: 1, fault: 'timeout' },
      rateLimit: { maxWait: 5 },
      timeLimit: { limit: 20 },
      attemptLimit: { limit: '5s' },
      concurrency: { limit: 'adaptive', queue: 0, maxQueueWait: 2 },
    },
  },
};

/** What files say, right and wrong, so that the schema is seen to agree with what is read in the end. */
const FILES: readonly unknown[] = [
  {},
  WHOLE,
  ...[1, 3, 0, -1, 2.7, '3', '2.7', '7abc', true, null, [], {}].map((maxAttempts) => ({ retry: { maxAttempts } })),
  ...[0, 1, 1.5, -1, '0s', '2s', '1.5m', '3', '-1', 'soon', 'NaN', '', ' 1s', '1 s', '1S', null].map((minWait) => ({
    retry: { minWait, maxWait: '7d' },
  })),
  ...[0, 0.5, 60, '0s', '0', '0.0m', '60s', '0.5s', '5ms', null].map((recoveryTimeout) => ({
    circuit: { recoveryTimeout },
  })),
  ...[1, 1.5, 0.9, '2'].map((recoveryGrowth) => ({ circuit: { recoveryGrowth } })),
  ...['full', 'none', 'Full', '', 1].map((jitter) => ({ retry: { jitter } })),
  ...['multiply', 'outer-only', 'inner-only', 'both'].map((nested) => ({ retry: { nested } })),
  ...[true, false, 'true', 'yes', 1, null].map((enabled) => ({ resilience: { enabled } })),
  ...['sk-1', '', 'sk 1', 'sk-1\n', 7].map((apiKey) => ({ openai: { apiKey } })),
  ...['http://127.0.0.1:8080/v1', 'HTTPS://example.test', 'ftp://example.test', 'example.test', '', 'https://'].map(
    (baseUrl) => ({ openai: { baseUrl } }),
  ),
  ...['a-model', '', ' '].map((chatModel) => ({ openai: { chatModel } })),
  ...[
    {},
    { x: {} },
    { x: { circuit: {} } },
    { x: { circuit: { probes: 0 } } },
    { x: { circuit: { maxAttempts: 2 } } },
    { x: { retry: { maxAttempts: 2 } } },
    { x: { probes: 2 } },
    { x: { openai: {} } },
    { x: 1 },
    [],
  ].map((circuits) => ({ circuits })),
  ...[true, false, 'true', null].map((enabled) => ({ methods: { '*': { hedge: { enabled } } } })),
  ...[['timeout'], ['cancelled'], [], ['timeout', 'timeout'], 'timeout', ['soon'], null].map((fallbackOn) => ({
    circuit: { fallbackOn },
  })),
  ...['2027-01-31T12:00:00Z', '2027-01-31', '2027-01-31T12:00:00', '2027-13-31T12:00:00Z', 5].map((until) => ({
    chaos: { until },
  })),
  ...[true, false].map((enabled) => ({ chaos: { enabled } })),
  ...['off', 'on', 0, 3].map((failureThreshold) => ({ circuit: { failureThreshold } })),
  ...[{ limit: 2 }, { limit: '2s', firstChunk: 1 }, {}, { limit: 0 }, { limits: 2 }, 'soon', 5, null].flatMap(
    (limits) => [
      { methods: { 'A.b': { timeLimit: limits } } },
      { methods: { 'A.b': { attemptLimit: limits, retry: { maxAttempts: 2 } } } },
      { circuits: { a: { timeLimit: limits } } },
    ],
  ),
  ...[{ 'A.b': { retry: { maxAttempts: 2 } } }, { 'A.b': { probes: 2 } }, { 'A.b': { level: 'info' } }].map(
    (methods) => ({
      methods,
    }),
  ),
  ...[1, 'adaptive', 0, 1.5, '5', 'Adaptive', null].map((limit) => ({
    methods: { 'A.b': { concurrency: { limit } } },
  })),
  ...[{}, { queue: 0 }, { queue: -1 }, { maxQueueWait: '2s' }, { maxQueueWait: 0 }, { size: 1 }, 5, null, []].map(
    (concurrency) => ({ methods: { 'A.b': { concurrency } } }),
  ),
  { circuits: { x: { concurrency: { limit: 1 } } } },
  ...[{}, { maxWait: 5 }, { maxWait: -1 }, { gate: 'x' }, 5, null].map((rateLimit) => ({
    methods: { 'A.b': { rateLimit } },
  })),
  ...[{ retries: {} }, { retry: { maxAttempt: 3 } }, { retry: 3 }, { log: { level: 'loud' } }, [], 'retry', 7],
];

describe('The JSON Schema of the settings file', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-schema-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function isLoaded(content: unknown): boolean {
    const file = join(folder, 'resilience.json');
    writeFileSync(file, JSON.stringify(content));
    try {
      loadSettings({ env: {}, file });
      return true;
    } catch {
      return false;
    }
  }

  // `uri` is checked as editors check it, by trying to read it as one.
  const ajv = new Ajv({
    allErrors: true,
    formats: {
      uri: (text: string) => URL.canParse(text),
      'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
    },
  });
  const validate = ajv.compile(jsonSchema());

  it('is what the build has written for the package', () => {
    expect(JSON.parse(readFileSync('resilience.schema.json', 'utf8'))).to.deep.equal(jsonSchema());
  });

  it('accepts a file that says everything there is to say', () => {
    validate(WHOLE);
    expect(validate.errors).to.equal(null);
    for (const [group, { fields }] of groups) {
      expect(WHOLE[group as keyof typeof WHOLE], group).to.have.all.keys(Object.keys(fields));
    }
  });

  it('refuses a key that nobody knows, at every depth', () => {
    for (const file of [
      { retries: {} },
      { retry: { maxAttempt: 3 } },
      { circuits: { openai: { maxAttempts: 3 } } },
      { circuits: { openai: { circuit: { maxAttempts: 3 } } } },
      { methods: { 'A.b': { level: 'info' } } },
    ]) {
      expect(validate(file), JSON.stringify(file)).to.equal(false);
      expect(validate.errors?.[0]?.keyword).to.equal('additionalProperties');
    }
  });

  it('says what each setting is for, its default as a file spells it, and its environment variable', () => {
    const { properties } = jsonSchema() as { properties: Record<string, { properties: Record<string, object> }> };
    expect(properties.retry?.properties.minWait).to.include({
      description: 'The shortest wait between two attempts. At most `maxWait`. Environment: RETRY_MIN_WAIT.',
      default: '1s',
    });
    expect(properties.openai?.properties.apiKey).not.to.have.property('default');
  });

  it('has defaults that a file may spell out', () => {
    const { properties } = jsonSchema() as { properties: Record<string, { properties?: Record<string, object> }> };
    for (const [group, { properties: fields = {} }] of Object.entries(properties)) {
      for (const [key, field] of Object.entries(fields)) {
        const file = 'default' in field ? { [group]: { [key]: field.default } } : {};
        expect(validate(file), `${group}.${key}`).to.equal(true);
        expect(isLoaded(file), `${group}.${key}`).to.equal(true);
      }
    }
  });

  for (const file of FILES) {
    it(`agrees with loadSettings on ${JSON.stringify(file).slice(0, 80)}`, () => {
      expect(validate(file)).to.equal(isLoaded(file));
    });
  }
});
