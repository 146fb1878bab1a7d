import { createHash, timingSafeEqual } from 'node:crypto';
import { ConfigurationError } from '../core/errors.js';
import { show } from '../settings/check.js';

interface Common {
  /** The path of the dashboard, for example `/ops/holdfast`. @default '' */
  readonly basePath?: string;
  /** The allowed host names of requests, without a port. @default localhost, 127.0.0.1 and [::1] */
  readonly hosts?: readonly string[];
  /** Whether circuits can be isolated and reset. @default false */
  readonly control?: boolean;
  /** Whether the keys of circuits are shown. @default false */
  readonly keys?: boolean;
}

/** Options of `dashboard()`. Access needs the token, or `authorize` must return true. Set exactly one of them. */
export type DashboardOptions = Common &
  ({ readonly token: string } | { readonly authorize: (request: Request) => boolean | Promise<boolean> });

export interface Rules extends Required<Common> {
  readonly isAllowed: (request: Request) => Promise<boolean>;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const KNOWN = ['token', 'authorize', 'basePath', 'hosts', 'control', 'keys'];

/** @throws {ConfigurationError} that lists every problem */
export function rulesOf(options: DashboardOptions): Rules {
  const given: Readonly<Record<string, unknown>> = { ...options };
  const { token, authorize, basePath = '', hosts = LOOPBACK, control = false, keys = false } = given;
  const problems: string[] = [];
  const expect = (isRight: boolean, name: string, expected: string): void => {
    if (!isRight) problems.push(`dashboard: ${name}: expected ${expected}, got ${shown(name, given[name])}`);
  };
  for (const key of Object.keys(given))
    if (!KNOWN.includes(key)) problems.push(`dashboard: unknown option "${key}". Known: ${KNOWN.join(', ')}`);
  if (token === undefined && authorize === undefined)
    problems.push(
      'dashboard: expected token or authorize, got neither. Write: dashboard({ token: process.env.TOKEN })',
    );
  else if (authorize === undefined)
    expect(typeof token === 'string' && token.length >= 8, 'token', 'at least 8 characters');
  else expect(typeof authorize === 'function' && token === undefined, 'authorize', 'a function, without token');
  expect(
    typeof basePath === 'string' && /^(\/[\w.~-]+)*$/.test(basePath),
    'basePath',
    'a path such as "/ops/holdfast"',
  );
  expect(
    Array.isArray(hosts) && hosts.length > 0 && hosts.every((host) => hostnameOf(host) !== undefined),
    'hosts',
    'a list of names without scheme and port, such as "ops.example" or "[::1]"',
  );
  expect(typeof control === 'boolean', 'control', 'true or false');
  expect(typeof keys === 'boolean', 'keys', 'true or false');
  if (problems.length > 0) throw new ConfigurationError(problems);
  const isAllowed =
    typeof token === 'string' ? byToken(token) : asking(authorize as (request: Request) => boolean | Promise<boolean>);
  const names = (hosts as readonly unknown[]).map(hostnameOf);
  return { isAllowed, basePath, hosts: names, control, keys } as Rules;
}

/** The name as the URL of a request has it: in small letters, `bücher.example` as `xn--bcher-kva.example`. */
function hostnameOf(host: unknown): string | undefined {
  if (typeof host !== 'string' || /[/\\?#@\s]|:\d*$/.test(host)) return undefined;
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined;
}

function byToken(token: string): Rules['isAllowed'] {
  const expected = digest(`Bearer ${token}`);
  return async ({ headers }) => timingSafeEqual(digest(headers.get('authorization') ?? ''), expected);
}

function asking(authorize: (request: Request) => boolean | Promise<boolean>): Rules['isAllowed'] {
  return async (request) => {
    try {
      return (await authorize(request)) === true;
    } catch {
      return false;
    }
  };
}

/** All digests have the same length, so that they can be compared in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Messages never show a token. */
function shown(name: string, value: unknown): string {
  return name === 'token' ? `a ${typeof value}` : show(value);
}
