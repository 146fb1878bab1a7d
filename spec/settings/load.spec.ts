import { expect } from 'chai';
import { ConfigurationError, type LoadOptions, loadSettings } from '#lib/index.js';
import { groups } from '#lib/settings/groups.js';
import { deepFreeze } from '#lib/settings/load.js';
import { show } from '#lib/settings/show.js';
import { scratch } from '../support/files.js';
import { library, runProgram } from '../support/program.js';

function problemsOf(options: LoadOptions): readonly string[] {
  try {
    loadSettings(options);
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError).and.to.have.property('name', 'ConfigurationError');
    return (error as ConfigurationError).problems;
  }
  throw new Error('expected the settings to be refused');
}

/** Every variable that is read. */
function variables(): string[] {
  return [...groups.values()].flatMap(({ fields }) => Object.values(fields).flatMap(({ env }) => env ?? []));
}

describe('loadSettings', () => {
  const files = scratch();

  it('knows every default', () => {
    expect(loadSettings({ env: {} })).to.deep.equal({
      resilience: { enabled: true, watch: true },
      retry: { enabled: true, maxAttempts: 3, minWait: '1s', maxWait: '10s', jitter: 'full', nested: 'multiply' },
      circuit: {
        enabled: true,
        failureThreshold: 5,
        failureRate: null,
        slowCall: null,
        slowCallRate: null,
        window: '60s',
        minimumCalls: null,
        recoveryTimeout: '60s',
        recoveryGrowth: 1,
        maxRecoveryTimeout: null,
        probes: 1,
        probeInterval: null,
        probeSuccess: 1,
        rampUp: '0s',
        shadow: false,
        maxKeys: 10_000,
        fallbackOn: 'open',
        fleet: null,
      },
      rateLimit: { enabled: true, maxWait: '30s', maxAttempts: 5, minWait: '1s', maxGate: '5m' },
      limiter: { enabled: true, limit: null, per: null, burst: 1, maxWait: '0s', queue: null, fleet: null },
      concurrency: {
        enabled: true,
        limit: null,
        queue: 0,
        maxQueueWait: '30s',
        min: 1,
        max: 200,
        initial: null,
        release: 'abandoned',
      },
      hedge: { enabled: true, after: null, maxHedges: 1 },
      timeLimit: { enabled: true, limit: null, firstChunk: null, betweenChunks: null },
      attemptLimit: { enabled: true, limit: null, firstChunk: null, betweenChunks: null },
      coalesce: { enabled: true },
      chaos: { enabled: false, rate: null, fault: null, latency: null, until: null },
      fleet: {
        mode: 'on',
        name: 'default',
        quorum: 0.6,
        timeout: '250ms',
        sync: null,
        trust: '5s',
        rampUp: '10s',
        maxGate: '60s',
      },
      openai: {
        apiKey: null,
        baseUrl: null,
        chatModel: 'gpt-5-mini',
        embeddingModel: 'text-embedding-3-small',
        embeddingDimensions: 1536,
        attemptTimeout: '120s',
        firstChunk: '120s',
        betweenChunks: '60s',
        requestsPerMinute: null,
        tokensPerMinute: null,
      },
      log: { level: 'info' },
      circuits: {},
      methods: {},
    });
  });

  it('reads every variable of the environment, a bare number being seconds', () => {
    const settings = loadSettings({
      env: {
        RESILIENCE_ENABLED: 'false',
        RESILIENCE_WATCH: 'false',
        RETRY_MAX_ATTEMPTS: '7',
        RETRY_MIN_WAIT: '0.5',
        RETRY_MAX_WAIT: '2m',
        CIRCUIT_FAILURE_THRESHOLD: '9',
        CIRCUIT_RECOVERY_TIMEOUT: '1.5s',
        OPENAI_API_KEY: 'sk-test',
        OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
        OPENAI_CHAT_MODEL: 'chat',
        OPENAI_EMBEDDING_MODEL: 'embedding',
        OPENAI_EMBEDDING_DIMENSIONS: '256',
        OPENAI_ATTEMPT_TIMEOUT: '30',
        OPENAI_FIRST_CHUNK: '1m',
        OPENAI_BETWEEN_CHUNKS: '0.5',
        OPENAI_REQUESTS_PER_MINUTE: '500',
        OPENAI_TOKENS_PER_MINUTE: '200000',
        RETRY_ENABLED: 'false',
        RATE_LIMIT_ENABLED: 'false',
        RESILIENCE_CHAOS: 'true',
        FLEET_QUORUM: '0.5',
        RESILIENCE_LOG_LEVEL: 'debug',
      },
    });
    expect(settings.resilience).to.deep.equal({ enabled: false, watch: false });
    expect(settings.retry).to.include({ maxAttempts: 7, minWait: '0.5s', maxWait: '2m' });
    expect(settings.circuit).to.include({ failureThreshold: 9, recoveryTimeout: '1.5s' });
    expect(settings.openai).to.deep.equal({
      apiKey: 'sk-test',
      baseUrl: 'http://127.0.0.1:1/v1',
      chatModel: 'chat',
      embeddingModel: 'embedding',
      embeddingDimensions: 256,
      attemptTimeout: '30s',
      firstChunk: '1m',
      betweenChunks: '0.5s',
      requestsPerMinute: 500,
      tokensPerMinute: 200_000,
    });
    expect(settings.retry.enabled).to.equal(false);
    expect(settings.rateLimit.enabled).to.equal(false);
    expect(settings.chaos.enabled).to.equal(true);
    expect(settings.fleet.quorum).to.equal(0.5);
    expect(settings.log).to.deep.equal({ level: 'debug' });
  });

  it('reads a JSON file, a bare number being seconds, and lets the environment win', () => {
    const file = files.write('any.json', {
      $schema: './resilience.schema.json',
      retry: { maxAttempts: 4, minWait: 2, maxWait: '9s', jitter: 'none' },
      circuit: { recoveryGrowth: 1.5, probes: 2, probeInterval: 0.25, maxRecoveryTimeout: '5m' },
      circuits: { openai: { circuit: { failureThreshold: 8 } } },
      methods: { 'Service.*': { retry: { maxAttempts: 2 }, circuit: { recoveryTimeout: 30 } } },
    });
    const settings = loadSettings({ file, env: { RETRY_MAX_ATTEMPTS: '5' } });
    expect(settings.retry).to.deep.equal({
      enabled: true,
      maxAttempts: 5,
      minWait: '2s',
      maxWait: '9s',
      jitter: 'none',
      nested: 'multiply',
    });
    expect(settings.circuit).to.include({
      recoveryGrowth: 1.5,
      probes: 2,
      probeInterval: '0.25s',
      maxRecoveryTimeout: '5m',
    });
    expect(settings.circuits).to.deep.equal({ openai: { circuit: { failureThreshold: 8 } } });
    expect(settings.methods).to.deep.equal({
      'Service.*': { retry: { maxAttempts: 2 }, circuit: { recoveryTimeout: '30s' } },
    });
  });

  it('reads no variable for a setting that names none', () => {
    expect(loadSettings({ env: { undefined: '7', '': '7' } })).to.deep.equal(loadSettings({ env: {} }));
  });

  it('takes a file with a byte order mark, and no such mark out of what it says', () => {
    const chatModel = 'a\uFEFFmodel';
    expect(loadSettings({ file: files.write('a.json', { openai: { chatModel } }), env: {} }).openai).to.include({
      chatModel,
    });
    expect(
      loadSettings({ file: files.write('bom.json', '\uFEFF{"retry":{"maxAttempts":1}}'), env: {} }).retry.maxAttempts,
    ).to.equal(1);
  });

  it('reads the file that RESILIENCE_CONFIG names', () => {
    const RESILIENCE_CONFIG = files.write('named.json', { log: { level: 'warn' } });
    expect(loadSettings({ env: { RESILIENCE_CONFIG } }).log.level).to.equal('warn');
  });

  it('reads resilience.json of the working directory, where there is one', async () => {
    files.write('resilience.json', { retry: { maxAttempts: 11 } });
    const source = `import { loadSettings } from ${library('index.js')}; console.log(loadSettings().retry.maxAttempts, loadSettings({ env: {} }).retry.maxWait);`;
    const { stdout } = await runProgram(source, { RETRY_MAX_WAIT: '77' }, files.folder);
    expect(stdout).to.equal('11 10s\n');
  });

  it('takes an empty RESILIENCE_CONFIG for none', () => {
    expect(loadSettings({ env: { RESILIENCE_CONFIG: '' } }).retry.maxAttempts).to.equal(3);
  });

  it('freezes what it gives, all the way down', () => {
    const settings = loadSettings({
      file: files.write('a.json', { methods: { 'A.b': { retry: { maxAttempts: 1 } } } }),
      env: {},
    });
    for (const part of [
      settings,
      settings.retry,
      settings.methods,
      settings.methods['A.b'],
      settings.methods['A.b']?.retry,
    ])
      expect(Object.isFrozen(part)).to.equal(true);
  });

  it('freezes no function of the caller', () => {
    const fallbackOn = () => true;
    expect(deepFreeze({ circuit: { fallbackOn } }).circuit).to.satisfy(Object.isFrozen);
    expect(Object.isFrozen(fallbackOn)).to.equal(false);
  });

  it('reads neither the command line nor the environment beside the one it is given', () => {
    const { argv } = process;
    process.argv = [...argv, '--retry.maxAttempts', '9', '--retry', 'x'];
    process.env.RETRY_MAX_ATTEMPTS = '9';
    try {
      expect(loadSettings({ env: {} }).retry.maxAttempts).to.equal(3);
    } finally {
      process.argv = argv;
      delete process.env.RETRY_MAX_ATTEMPTS;
    }
  });

  it('takes an empty variable for an unset one', () => {
    const empty = Object.fromEntries(variables().map((name) => [name, '']));
    expect(loadSettings({ env: empty })).to.deep.equal(loadSettings({ env: {} }));
  });

  describe('refuses', () => {
    for (const value of ['2.7', '7abc', '0', '-1', '1e400', 'Infinity', ' 3', '0x3', '1e1', '٣', '9007199254740993']) {
      it(`${JSON.stringify(value)} for a count`, () => {
        expect(problemsOf({ env: { RETRY_MAX_ATTEMPTS: value } })).to.deep.equal([
          `retry.maxAttempts (RETRY_MAX_ATTEMPTS): expected an integer >= 1, got ${show(value)}`,
        ]);
      });
    }

    for (const value of ['soon', '-1', 'NaN', '1  s', '1e400', 'Infinity', '5 minutes', '1y']) {
      it(`${JSON.stringify(value)} for a duration`, () => {
        const [problem] = problemsOf({ env: { RETRY_MIN_WAIT: value } });
        expect(problem).to.equal(
          `retry.minWait (RETRY_MIN_WAIT): expected a duration with a unit, such as "500ms", "1.5s" or "2m", got ${show(value)}`,
        );
      });
    }

    for (const value of ['yes', '1', 'TRUE', 'on']) {
      it(`${JSON.stringify(value)} for a boolean`, () => {
        expect(problemsOf({ env: { RESILIENCE_ENABLED: value } })).to.deep.equal([
          `resilience.enabled (RESILIENCE_ENABLED): expected true or false, got ${JSON.stringify(value)}`,
        ]);
      });
    }

    it('a text that is not a URL, and shows no password of one that is', () => {
      expect(problemsOf({ env: { OPENAI_BASE_URL: 'api.openai.com' } })[0]).to.contain(
        'expected an http or https URL, got a text of 14 characters',
      );
      const [problem] = problemsOf({ env: { OPENAI_BASE_URL: 'ftp://user:password@host/' } });
      expect(problem).to.contain('got "ftp://host"').and.not.to.contain('password');
    });

    it('a key that fits no header, without showing it', () => {
      for (const key of ['sk-se cret', 'sk-secret\n', 'sk-sécret']) {
        const [problem] = problemsOf({ env: { OPENAI_API_KEY: key } });
        expect(problem).to.equal(
          'openai.apiKey (OPENAI_API_KEY): expected a key of visible ASCII characters, got (hidden)',
        );
      }
    });

    it('minWait above maxWait, naming both, and the variable that set one of them', () => {
      const file = files.write('a.json', { retry: { minWait: 20 }, rateLimit: { maxWait: '0.5s' } });
      expect(problemsOf({ file, env: {} })).to.deep.equal([
        'retry.minWait: expected at most maxWait (10s), got 20s',
        'rateLimit.minWait: expected at most maxWait (0.5s), got 1s',
      ]);
      expect(problemsOf({ env: { RETRY_MIN_WAIT: '20' } })).to.deep.equal([
        'retry.minWait (RETRY_MIN_WAIT): expected at most maxWait (10s), got 20s',
      ]);
      expect(problemsOf({ env: { RETRY_MAX_WAIT: '0.5' } })).to.deep.equal([
        'retry.minWait: expected at most maxWait (RETRY_MAX_WAIT: 0.5s), got 1s',
      ]);
      expect(problemsOf({ env: { RETRY_MIN_WAIT: '20', RETRY_MAX_WAIT: '12' } })).to.deep.equal([
        'retry.minWait (RETRY_MIN_WAIT): expected at most maxWait (RETRY_MAX_WAIT: 12s), got 20s',
      ]);
    });

    it('contradictions together with everything else, where the values concerned are right themselves', () => {
      const file = files.write('a.json', {
        retry: { maxWait: 'later' },
        circuit: { maxRecoveryTimeout: '30s' },
        methods: { 'A.b': { retry: { minWait: 3, maxWait: 2 } }, 'A.c': { retry: { minWait: 3, maxWait: -2 } } },
      });
      const env = { RETRY_MIN_WAIT: '20', CIRCUIT_RECOVERY_TIMEOUT: '40', FLEET_QUORUM: '60' };
      expect(problemsOf({ file, env }).map((problem) => problem.replace(/: expected (?!at most).*/, ''))).to.deep.equal(
        [
          'retry.maxWait',
          'methods.A.c.retry.maxWait',
          'fleet.quorum (FLEET_QUORUM)',
          'circuit.recoveryTimeout (CIRCUIT_RECOVERY_TIMEOUT): expected at most maxRecoveryTimeout (30s), got 40s',
          'methods.A.b.retry.minWait: expected at most maxWait (2s), got 3s',
        ],
      );
    });

    it('no contradiction with what a file that cannot be read may have said', () => {
      const file = files.write('a.json', '{ "retry": { "maxWait": "30s" ');
      expect(problemsOf({ file, env: { RETRY_MIN_WAIT: '20' } })).to.have.lengthOf(1);
    });

    it('recoveryTimeout above maxRecoveryTimeout, naming both', () => {
      const file = files.write('a.json', { circuit: { maxRecoveryTimeout: '30s' } });
      expect(problemsOf({ file, env: {} })).to.deep.equal([
        'circuit.recoveryTimeout: expected at most maxRecoveryTimeout (30s), got 60s',
      ]);
    });

    it('a slowCallRate where nothing says what is slow', () => {
      const file = files.write('a.json', { circuit: { slowCallRate: 0.5 } });
      expect(problemsOf({ file, env: {} })).to.deep.equal([
        'circuit.slowCallRate: expected slowCall beside it, which says when a call is slow, got 0.5 alone',
      ]);
    });

    it('minimumCalls that a window of calls never holds, naming both', () => {
      const file = files.write('a.json', {
        circuit: { window: 10 },
        circuits: { openai: { circuit: { window: 5, minimumCalls: 6 } } },
      });
      expect(problemsOf({ file, env: {} })).to.deep.equal([
        'circuits.openai.circuit.minimumCalls: expected at most window (5 calls), got 6',
      ]);
    });

    it('rates and windows that are none', () => {
      const circuit = { failureRate: 50, slowCallRate: 0, window: '60', minimumCalls: 0, rampUp: '-1s', shadow: 'yes' };
      const file = files.write('a.json', { circuit });
      expect(problemsOf({ file, env: {} }).map((problem) => problem.replace(/ \(in .*/, ''))).to.deep.equal([
        'circuit.failureRate: expected a share above 0 and at most 1, such as 0.5, got 50',
        'circuit.slowCallRate: expected a share above 0 and at most 1, such as 0.5, got 0',
        'circuit.window: expected a duration above 0 with a unit, such as "60s", or an integer from 1 to 100000, got "60"',
        'circuit.minimumCalls: expected an integer >= 1, got 0',
        'circuit.rampUp: expected a duration with a unit, such as "500ms", "1.5s" or "2m", got "-1s"',
        'circuit.shadow: expected true or false, got "yes"',
      ]);
    });

    it('a window of more calls than a circuit may remember', () => {
      const file = files.write('a.json', { circuit: { window: 100_001 } });
      expect(problemsOf({ file, env: {} })[0]).to.match(/^circuit\.window: expected .* from 1 to 100000, got 100001/);
      expect(
        loadSettings({ file: files.write('b.json', { circuit: { window: 100_000 } }), env: {} }).circuit.window,
      ).to.equal(100_000);
    });

    it('options that are none, and what is no file', () => {
      const problems = (options: object): readonly string[] => problemsOf(options as Parameters<typeof problemsOf>[0]);
      expect(problems({ files: './a.json', env: 5, file: 5 })).to.deep.equal([
        'files: unknown key; did you mean "file"?',
        'env: expected an object of variables, got 5',
        'file: expected the name of a file, got 5',
      ]);
    });

    it('a text in the place of a group, without repeating it', () => {
      const file = files.write('a.json', { openai: 'sk-secret' });
      expect(problemsOf({ file, env: {} })[0]).to.match(/^openai: expected an object, got a text/);
    });

    it('contradictions within a named section', () => {
      const file = files.write('a.json', {
        circuits: { openai: { circuit: { recoveryTimeout: '2m', maxRecoveryTimeout: '1m' } } },
        methods: {
          'A.b': { retry: { minWait: 3, maxWait: 2 } },
          'A.c': { retry: { minWait: 30 } },
          'A.d': { rateLimit: { minWait: 3, maxWait: 2 } },
        },
      });
      expect(problemsOf({ file, env: {} })).to.deep.equal([
        'circuits.openai.circuit.recoveryTimeout: expected at most maxRecoveryTimeout (1m), got 2m',
        'methods.A.b.retry.minWait: expected at most maxWait (2s), got 3s',
        'methods.A.d.rateLimit.minWait: expected at most maxWait (2s), got 3s',
      ]);
    });

    it('a file that is missing', () => {
      expect(problemsOf({ file: '/nowhere/at/all.json', env: {} })).to.deep.equal([
        'file: expected a JSON file, got "/nowhere/at/all.json": there is no such file',
      ]);
      expect(problemsOf({ env: { RESILIENCE_CONFIG: '/nowhere/at/all.json' } })[0]).to.contain(
        'RESILIENCE_CONFIG: expected a JSON file',
      );
    });

    it('a file that cannot be read', () => {
      expect(problemsOf({ file: files.folder, env: {} })[0]).to.contain('it cannot be read (EISDIR)');
    });

    it('a file that is not JSON, without quoting it', () => {
      const [problem] = problemsOf({ file: files.write('a.json', '{ "openai": { "apiKey": sk-secret } }'), env: {} });
      expect(problem)
        .to.match(/it is not JSON( \(position \d+\))?$/)
        .and.not.to.contain('secret');
    });

    it('a file that ends too soon, naming the place', () => {
      const file = files.write('a.json', '{ "retry": { "maxWait": "30s" ');
      expect(problemsOf({ file, env: {} })).to.deep.equal([
        `file: expected a JSON file, got ${JSON.stringify(file)}: it is not JSON (position 30)`,
      ]);
    });

    for (const [what, content] of [
      ['a list', []],
      ['a number', 5],
      ['null', 'null'],
    ] as const) {
      it(`a file that holds ${what}`, () => {
        expect(problemsOf({ file: files.write('a.json', content), env: {} })[0]).to.contain(
          'settings: expected an object',
        );
      });
    }

    it('unknown keys, naming the nearest known one and the file', () => {
      const file = files.write('a.json', {
        retyr: {},
        retry: { maxAttempt: 1, __proto__x: 1, jitterXYZ: 1, jitterWXYZ: 1 },
        circuits: { openai: { failureTreshold: 1, circuit: { failureTreshold: 1 } } },
        methods: { 'A.b': { something: 1 } },
      });
      expect(problemsOf({ file, env: {} }).map((problem) => problem.replace(` (in ${file})`, ''))).to.deep.equal([
        'retyr: unknown key; did you mean "retry"?',
        'retry.maxAttempt: unknown key; did you mean "maxAttempts"?',
        'retry.__proto__x: unknown key; known are enabled, maxAttempts, minWait, maxWait, jitter, nested',
        'retry.jitterXYZ: unknown key; did you mean "jitter"?',
        'retry.jitterWXYZ: unknown key; known are enabled, maxAttempts, minWait, maxWait, jitter, nested',
        'circuits.openai.failureTreshold: expected the group of a policy around the option. Write: "circuit": { "failureThreshold": … }',
        'circuits.openai.circuit.failureTreshold: unknown key; did you mean "failureThreshold"?',
        'methods.A.b.something: unknown key; known are retry, circuit, rateLimit, limiter, concurrency, hedge, timeLimit, attemptLimit, coalesce, chaos',
      ]);
      expect(problemsOf({ file, env: {} })[0]).to.contain(`(in ${file})`);
    });

    it('a key that every object has', () => {
      const file = files.write(
        'a.json',
        '{ "retry": { "__proto__": { "maxAttempts": 9 }, "constructor": 1 }, "toString": {} }',
      );
      expect(problemsOf({ file, env: {} })).to.have.lengthOf(3);
    });

    it('values of the wrong type in a file: nothing is coerced', () => {
      const file = files.write('a.json', {
        resilience: { enabled: 'true' },
        retry: { maxAttempts: '3', minWait: -1, maxWait: null, jitter: true },
        circuit: { recoveryTimeout: 0, recoveryGrowth: 0.5, probes: 1.5, probeInterval: [] },
        openai: { apiKey: 5, chatModel: ' ' },
        log: { level: 'verbose' },
        methods: [],
      });
      const problems = problemsOf({ file, env: {} });
      expect(problems).to.have.lengthOf(13);
      expect(problems.join('\n'))
        .to.contain('resilience.enabled: expected true or false, got "true"')
        .and.to.contain('retry.maxAttempts: expected an integer >= 1, got "3"')
        .and.to.contain('openai.apiKey: expected a key of visible ASCII characters, got (hidden)')
        .and.to.contain('methods: expected an object, got an array');
    });

    it('everything at once, from the file and the environment', () => {
      const file = files.write('a.json', { retry: { maxAttempts: 0 } });
      const problems = problemsOf({
        file,
        env: { RETRY_MIN_WAIT: 'soon', FLEET_MODE: 'loud', RESILIENCE_ENABLED: 'yes' },
      });
      expect(problems).to.have.lengthOf(4);
    });
  });
});
