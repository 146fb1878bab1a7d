import { CircuitOpenError, CircuitProtected, circuit, configure, describe, onEvent, RetryOnTransient } from 'holdfast';

const events: string[] = [];
onEvent(({ type }) => events.push(type));
configure({ settings: { retry: { minWait: '1ms', maxWait: '2ms' }, circuit: { failureThreshold: 2 } } });

export class Probe {
  calls = 0;

  @CircuitProtected('probe')
  @RetryOnTransient({ name: 'Probe.ask' })
  async ask(failures: number): Promise<string> {
    this.calls += 1;
    if (this.calls <= failures) throw Object.assign(new Error('HTTP 503'), { status: 503 });
    return 'an answer';
  }
}

/** What the decorators do in this set-up. */
export async function probe(): Promise<object> {
  const answer = await new Probe().ask(2);
  const failing = new Probe();
  for (let i = 0; i < 2; i++) await failing.ask(99).catch(() => undefined);
  const refusal: unknown = await failing.ask(99).catch((error: unknown) => error);
  const [, retry] = describe(Probe).ask ?? [];
  return {
    answer,
    calls: failing.calls,
    isRefused: refusal instanceof CircuitOpenError,
    state: circuit('probe').state,
    events: events.join(' '),
    maxAttempts: retry?.settings.maxAttempts?.source,
  };
}
