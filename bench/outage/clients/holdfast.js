import { library } from '../packages.js';
import { request } from '../request.js';

const SOONER = '1250ms';

/** The stack of its README: the circuit over the retry over the limit of each attempt. */
export const holdfast = { name: 'holdfast', load: stack() };

/** A quarter of the recovery in place of all of it. */
export const holdfastSooner = {
  name: `holdfast, probeInterval ${SOONER}`,
  load: stack({ circuit: { probeInterval: SOONER } }),
};

/** What a circuit does whose probes are single requests: to see what their retries are good for. */
export const holdfastSingleProbes = {
  name: 'holdfast, probes that do not retry',
  load: stack({ retry: ({ state }) => ({ retryOn: ({ transient }) => transient && state() !== 'half-open' }) }),
};

let made = 0;

function stack({ circuit = {}, retry = () => ({}) } = {}) {
  return async () => {
    const {
      CircuitProtected,
      circuit: handle,
      configure,
      currentSignal,
      RetryOnTransient,
      TimeLimited,
    } = await library();
    configure({ settings: { log: { level: 'silent' } } });
    return (world) => {
      const { attempts, attemptMs, failureThreshold, recoveryMs } = world.limits;
      // A name of its own for each replay: whoever has the same name shares the circuit.
      const name = `outage ${++made}`;
      const limited = TimeLimited(`${attemptMs}ms`)(() => request(world, currentSignal()));
      const retried = RetryOnTransient({ maxAttempts: attempts, ...retry({ state: () => handle(name).state }) })(
        limited,
      );
      const options = { circuit: name, failureThreshold, recoveryTimeout: `${recoveryMs}ms`, ...circuit };
      return { call: CircuitProtected(options)(retried) };
    };
  };
}
