// Recognises the clients by their shape, so that this module loads none of them.
import type { FleetStore } from './port.js';

/** The keys and arguments of `evalSha` and `eval` in node-redis. */
interface NodeRedisEval {
  readonly keys: string[];
  readonly arguments: string[];
}

/** A client or a cluster of the package `redis`. */
export interface NodeRedisClient {
  duplicate(overrides?: object): NodeRedisClient;
  connect(): Promise<unknown>;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  evalSha(sha: string, options: NodeRedisEval): Promise<unknown>;
  eval(script: string, options: NodeRedisEval): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  destroy(): unknown;
}

/** A client or a cluster of the packages `ioredis` and `iovalkey`. */
export interface IoRedisClient {
  duplicate(...overrides: never[]): IoRedisClient;
  connect(): Promise<unknown>;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  evalsha(sha: string, keys: number, ...args: string[]): Promise<unknown>;
  eval(script: string, keys: number, ...args: string[]): Promise<unknown>;
  subscribe(...channels: string[]): Promise<unknown>;
  disconnect(): unknown;
}

function has(value: object, ...methods: readonly string[]): boolean {
  return methods.every((method) => typeof Reflect.get(value, method) === 'function');
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

export function isNodeRedis(value: unknown): value is NodeRedisClient {
  return isObject(value) && has(value, 'duplicate', 'connect', 'on', 'evalSha', 'eval', 'subscribe', 'destroy');
}

export function isIoRedis(value: unknown): value is IoRedisClient {
  return isObject(value) && has(value, 'duplicate', 'connect', 'on', 'evalsha', 'eval', 'subscribe', 'disconnect');
}

export function isStore(value: unknown): value is FleetStore {
  return isObject(value) && has(value, 'run', 'close');
}

/** A nested property of a client that its types do not declare. */
export function partOf(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((part, name) => (isObject(part) ? Reflect.get(part, name) : undefined), value);
}
