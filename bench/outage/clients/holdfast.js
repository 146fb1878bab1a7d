import { library } from '../packages.js';
import { request } from '../request.js';

export const holdfast = {
  name: 'holdfast',
  async load() {
    const { CircuitProtected, configure, currentSignal, RetryOnTransient, TimeLimited } = await library();
    configure({ settings: { log: { level: 'silent' } } });
    return (world) => {
      const { attempts, attemptMs, failureThreshold, recoveryMs } = world.limits;
      const limited = TimeLimited(`${attemptMs}ms`)(() => request(world, currentSignal()));
      const retried = RetryOnTransient({ maxAttempts: attempts })(limited);
      return { call: CircuitProtected({ failureThreshold, recoveryTimeout: `${recoveryMs}ms` })(retried) };
    };
  },
};
