import { ConfigurationError } from '../core/errors.js';
import type { CircuitStateName } from '../core/events.js';
import { inspect } from '../runtime/inspect.js';
import { show } from '../settings/check.js';

export interface HealthOptions {
  /** The circuits that this instance cannot work without. If unset, no circuit makes it `down`. @default [] */
  readonly critical?: readonly string[];
  /** The HTTP status for `degraded`. @default 200 */
  readonly degradedIs?: 200 | 503;
}

/** A circuit, by its name. For circuits with keys: the state of the worst key. */
export interface HealthCircuit {
  readonly name: string;
  readonly state: CircuitStateName;
  /** Milliseconds until it may admit a call. `null` while it is isolated. */
  readonly retryAfterMs: number | null;
  /** For circuits with keys: how many keys are in each state. */
  readonly keys?: Readonly<Record<CircuitStateName, number>>;
}

export interface Health {
  /** `down`: a critical circuit rejects calls. `degraded`: only other circuits reject calls. */
  readonly status: 'up' | 'degraded' | 'down';
  readonly circuits: readonly HealthCircuit[];
}

/**
 * Reports whether the circuits admit calls. Use it for readiness. A liveness probe must not depend on an upstream.
 * @throws {ConfigurationError} for unknown options
 */
export function health(options: HealthOptions = {}): Health {
  return healthOf(checked(options));
}

/**
 * Makes a handler that answers with the health as JSON. The status is 200 if `up`, 503 if `down`, `degradedIs` if
 * `degraded`. A 503 has `Retry-After` if every circuit that causes it knows when it admits calls again.
 * @throws {ConfigurationError} for unknown options
 */
export function healthHandler(options: HealthOptions = {}): (request?: Request) => Response {
  const rules = checked(options);
  return (request) => {
    const method = request?.method ?? 'GET';
    if (method !== 'GET' && method !== 'HEAD')
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD', 'cache-control': 'no-store' } });
    const found = healthOf(rules);
    const status = { up: 200, degraded: rules.degradedIs, down: 503 }[found.status];
    const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    const retryAfterS = status === 503 ? retryAfterOf(found, rules) : undefined;
    if (retryAfterS !== undefined) headers.set('retry-after', String(retryAfterS));
    return new Response(method === 'HEAD' ? null : JSON.stringify(found), { status, headers });
  };
}

function healthOf({ critical }: Required<HealthOptions>): Health {
  const circuits = inspect().circuits.map(({ circuit, state, retryAfterMs, keys }) => ({
    ...{ name: circuit, state, retryAfterMs },
    ...(keys && { keys }),
  }));
  const rejecting = circuits.filter(isRejecting);
  const isDown = rejecting.some(({ name }) => critical.includes(name));
  return { status: isDown ? 'down' : rejecting.length > 0 ? 'degraded' : 'up', circuits };
}

function isRejecting({ state }: HealthCircuit): boolean {
  return state === 'open' || state === 'isolated';
}

/** The longest wait of the circuits that cause the status, in seconds; undefined if one of them is isolated. */
function retryAfterOf({ status, circuits }: Health, { critical }: Required<HealthOptions>): number | undefined {
  const causes = circuits.filter((one) => isRejecting(one) && (status === 'degraded' || critical.includes(one.name)));
  const waits = causes.map(({ retryAfterMs }) => retryAfterMs ?? Infinity);
  const longest = Math.max(...waits);
  return Number.isFinite(longest) ? Math.ceil(longest / 1000) : undefined;
}

function checked({ critical = [], degradedIs = 200, ...others }: HealthOptions): Required<HealthOptions> {
  const problems = Object.keys(others).map((key) => `health: unknown option "${key}". Known: critical, degradedIs`);
  if (!Array.isArray(critical) || !critical.every((name) => typeof name === 'string'))
    problems.push(`health: critical: expected a list of circuits' names, got ${show(critical)}`);
  if (degradedIs !== 200 && degradedIs !== 503)
    problems.push(`health: degradedIs: expected 200 or 503, got ${show(degradedIs)}`);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { critical, degradedIs };
}
