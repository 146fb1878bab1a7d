import { arrivals } from './scenario.js';
import { seeded } from '../../build/drill/outage/seeded.js';
import { Upstream } from './upstream.js';
import { takeOverTime } from './virtual-time.js';

/**
 * @typedef {{ at: number, settledAt: number, isUseful: boolean }} Call
 * @typedef {{ at: number, status?: number, isAwaited: boolean }} Arrived
 * @typedef {{ calls: readonly Call[], requests: readonly Arrived[] }} Replayed
 */

/** Chance of three kinds, so that a client that asks for more of one does not change what the others get. */
const UPSTREAMS = 1_000_003;
const CLIENTS = 2_000_003;

/** The upstream's own chance for a seed. */
export function upstreamFor(scenario, seed) {
  return new Upstream(scenario, seeded(UPSTREAMS + seed));
}

/**
 * One client through the whole timeline, in virtual time.
 *
 * @param {(world: object) => { call: () => Promise<unknown>, close?: () => void }} make
 * @param {import('./scenario.js').Scenario} scenario
 * @param {number} seed
 * @param {AbortSignal} [signal]
 * @returns {Promise<Replayed>}
 */
export function replay(make, scenario, seed, signal) {
  const client = (upstream) =>
    make({ limits: scenario.limits, exchange: exchangeWith(upstream), isOut: () => upstream.isOut });
  return replayOn(() => upstreamFor(scenario, seed), client, arrivals(scenario, seed), seed, signal);
}

/**
 * The same for any upstream.
 *
 * @template {{ requests: readonly object[], close: () => void }} U
 * @param {() => U} start begins in virtual time
 * @param {(upstream: U) => { call: () => Promise<unknown>, close?: () => void }} make
 * @param {readonly number[]} moments when calls are made
 */
export async function replayOn(start, make, moments, seed, signal) {
  const time = takeOverTime(seeded(CLIENTS + seed));
  try {
    const upstream = start();
    const client = make(upstream);
    const calls = await time.until(play(client, moments), signal);
    client.close?.();
    upstream.close();
    return { calls, requests: upstream.requests };
  } finally {
    time.restore();
  }
}

/**
 * Makes every call at its moment, and waits until each of them is settled.
 *
 * @returns {Promise<Call[]>}
 */
export function play(client, moments, signal) {
  const startedAt = Date.now();
  const made = moments.map(
    (at) =>
      new Promise((resolve, reject) => {
        const settle = (isUseful) => {
          signal?.removeEventListener('abort', leave);
          resolve({ at, settledAt: Date.now() - startedAt, isUseful });
        };
        const begin = () => {
          client.call().then(
            () => settle(true),
            () => settle(false),
          );
        };
        const timer = setTimeout(begin, at);
        const leave = () => {
          clearTimeout(timer);
          reject(signal.reason);
        };
        signal?.addEventListener('abort', leave, { once: true });
      }),
  );
  return Promise.all(made);
}

/** One request, without a network: resolves with what the upstream answers, rejects with what `signal` aborts with. */
export function exchangeWith(upstream) {
  return (signal) =>
    new Promise((resolve, reject) => {
      const leave = () => {
        request.isAwaited = false;
        reject(signal.reason);
      };
      const request = upstream.arrive((answer) => {
        signal.removeEventListener('abort', leave);
        resolve(answer);
      });
      signal.addEventListener('abort', leave, { once: true });
    });
}
