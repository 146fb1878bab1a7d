import { expect } from 'chai';
import { library, runProgram } from '../support/program.js';

const prelude = `
  import { CircuitProtected, RetryOnTransient, circuit } from ${library('index.js')};
  const unavailable = () => Object.assign(new Error('x'), { status: 503 });
`;

describe('A process', () => {
  it('exits at once with an open circuit and nothing else', async () => {
    const { code, ms, stdout } = await runProgram(
      `${prelude}
      const started = Date.now();
      const ask = CircuitProtected({ circuit: 'c', failureThreshold: 1, recoveryTimeout: '1h', fallback: 'sorry' })(async () => { throw unavailable() });
      await ask().catch(() => {});
      for (let i = 0; i < 100; i++) await ask();
      console.log(circuit('c').state, process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name === 'Immediate').length);`,
      { RESILIENCE_LOG_LEVEL: 'silent' },
    );
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'open 0\n' });
    expect(ms).to.be.below(10_000);
  });

  it('stays alive while a retry waits, and ends when it is done', async () => {
    const { code, stdout } = await runProgram(
      `${prelude}
      let calls = 0;
      void RetryOnTransient({ minWait: '50ms' })(async () => { calls += 1; if (calls === 1) throw unavailable() })().then(() => console.log('done', calls));`,
      { RESILIENCE_LOG_LEVEL: 'silent' },
    );
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'done 2\n' });
  });

  it('sees no unhandled rejection when calls fail, are refused or are aborted', async () => {
    const { code, stdout } = await runProgram(
      `${prelude}
      process.on('unhandledRejection', () => console.log('unhandled'));
      class Service {}
      const controller = new AbortController();
      const ask = CircuitProtected({ failureThreshold: 2 })(RetryOnTransient({ minWait: '5ms', maxWait: '20ms' })(async (_signal) => { throw unavailable() }));
      const calls = Array.from({ length: 20 }, (_, i) => ask(i % 2 ? controller.signal : undefined).catch(() => {}));
      setTimeout(() => controller.abort(), 3);
      await Promise.all(calls);
      await new Promise((resolve) => setTimeout(resolve, 50));
      console.log('done');`,
      { RESILIENCE_LOG_LEVEL: 'silent' },
    );
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'done\n' });
  });

  it('rejects every call with every problem while the settings are wrong', async () => {
    const { stdout } = await runProgram(
      `${prelude}
      let calls = 0;
      const ask = RetryOnTransient()(async () => { calls += 1 });
      const stream = RetryOnTransient()(async function* () { yield 1 });
      for (let i = 0; i < 2; i++) await ask().catch((error) => console.log(error.name, error.problems.length));
      await stream().next().catch((error) => console.log(error.name));
      console.log(calls);`,
      { RETRY_MAX_ATTEMPTS: 'x', RETRY_MIN_WAIT: 'y' },
    );
    expect(stdout).to.equal('ConfigurationError 2\nConfigurationError 2\nConfigurationError\n0\n');
  });

  it('calls methods directly with RESILIENCE_ENABLED=false, fallbacks included', async () => {
    const { stdout } = await runProgram(
      `${prelude}
      let calls = 0;
      const ask = CircuitProtected({ failureThreshold: 1, fallback: 'sorry' })(RetryOnTransient()(async () => { calls += 1; throw unavailable() }));
      for (let i = 0; i < 3; i++) await ask().catch((error) => console.log(error.status));
      console.log(calls);`,
      { RESILIENCE_ENABLED: 'false' },
    );
    expect(stdout).to.equal('503\n503\n503\n3\n');
  });
});
