import {
  CircuitProtected,
  circuit,
  configure,
  currentSignal,
  RetryOnTransient,
  TimeLimited,
} from '../../../dist/index.js';
import { request } from '../request.js';

configure({ settings: { log: { level: 'silent' } } });

const SOONER = '1250ms';

/** The stack of its README: the circuit over the retry over the limit of each attempt. */
export const holdfast = { name: 'holdfast', load: stack() };

/** A quarter of the recovery in place of all of it. */
export const holdfastSooner = {
  name: `holdfast, probeInterval ${SOONER}`,
  load: stack({ ofCircuit: { probeInterval: SOONER } }),
};

/** What a circuit does whose probes are single requests: to see what their retries are good for. */
export const holdfastSingleProbes = {
  name: 'holdfast, probes that do not retry',
  load: stack({
    ofRetry: (name) => ({ retryOn: ({ transient }) => transient && circuit(name).state !== 'half-open' }),
  }),
};

/** What the circuit is worth: the same without it. */
export const holdfastWithoutCircuit = {
  name: 'holdfast, without a circuit',
  load: async () => (world) => {
    const { attempts, attemptMs } = world.limits;
    const limited = TimeLimited(`${attemptMs}ms`)(() => request(world, currentSignal()));
    return { call: RetryOnTransient({ maxAttempts: attempts })(limited) };
  },
};

let made = 0;

function stack({ ofCircuit = {}, ofRetry = () => ({}) } = {}) {
  return async () => (world) => {
    const { attempts, attemptMs, failureThreshold, recoveryMs } = world.limits;
    // A name of its own for each replay: whoever has the same name shares the circuit.
    const name = `outage ${++made}`;
    const limited = TimeLimited(`${attemptMs}ms`)(() => request(world, currentSignal()));
    const retried = RetryOnTransient({ maxAttempts: attempts, ...ofRetry(name) })(limited);
    const options = { circuit: name, failureThreshold, recoveryTimeout: `${recoveryMs}ms`, ...ofCircuit };
    return { call: CircuitProtected(options)(retried) };
  };
}
