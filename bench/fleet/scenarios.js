import { World } from './world.js';

const WARM_UP_MS = 10_000;
const OUTAGE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MOST = 0.99;

/** An outage of a minute: when nearly all know, how many requests it got, how many of them were probes. */
export async function outage(kind, count, faults, signal) {
  const world = new World(kind, count, faults);
  await world.start(signal);
  let isDown = false;
  let requests = 0;
  let since = 0;
  let knownAfterMs = Number.NaN;
  const end = world.traffic(
    () => {
      if (isDown) requests += 1;
      return !isDown;
    },
    { everyMs: faults?.everyMs },
  );
  const watch = () => {
    const open = world.members.filter(({ circuit }) => circuit.state === 'open').length;
    if (open >= MOST * count) knownAfterMs = world.time.now() - since;
    else world.time.setTimer(watch, 20);
  };
  await world.time.advance(faults?.warmUpMs ?? WARM_UP_MS, signal);
  isDown = true;
  since = world.time.now();
  const [before, opsBefore] = [probes(world), world.ops];
  watch();
  await world.time.advance(faults?.outageMs ?? OUTAGE_MS, signal);
  const result = { knownAfterMs, requests, probes: probes(world) - before, ops: world.ops - opsBefore };
  end();
  await world.close(signal);
  return result;
}

/** An hour in which the upstream answers, except to some members or to some calls: how often the fleet opens. */
export async function falseOpens(kind, count, { bad = 0, noise = 0 }, signal) {
  const world = new World(kind, count);
  await world.start(signal);
  const broken = new Set(world.members.slice(0, bad));
  const calls = { made: 0, failed: 0, answered: 0 };
  const upstream = (member) => {
    const isAnswered = !broken.has(member) && world.random() >= noise;
    if (!broken.has(member)) calls[isAnswered ? 'answered' : 'failed'] += 1;
    return isAnswered;
  };
  const after = (member) => {
    if (!broken.has(member)) calls.made += 1;
  };
  const end = world.traffic(upstream, { after });
  await world.time.advance(HOUR_MS, signal);
  end();
  const { opens } = world;
  await world.close(signal);
  return { opens, goodput: calls.answered / (calls.made - calls.failed) };
}

/** All have a caller waiting when the upstream is back: the most requests in 100 ms, against those of a usual 100 ms. */
export async function recoveryPeak(kind, count, rampUpMs, signal) {
  const world = new World(kind, count, { rampUpMs });
  await world.start(signal);
  let isDown = true;
  const sent = new Map();
  const upstream = () => {
    if (!isDown) {
      const slot = Math.floor(world.time.now() / 100);
      sent.set(slot, (sent.get(slot) ?? 0) + 1);
    }
    return !isDown;
  };
  const end = world.traffic(upstream);
  await world.time.advance(15_000, signal);
  isDown = false;
  // One caller of each member tries again ten times a second until it is served.
  for (const { circuit } of world.members) {
    const ask = () => {
      const wasSent = circuit.call(upstream);
      const again = (was) => !was && world.time.setTimer(ask, 100);
      if (typeof wasSent === 'boolean') again(wasSent);
      else void wasSent.then(again);
    };
    world.time.setTimer(ask, 100 * world.random());
  }
  await world.time.advance(40_000, signal);
  end();
  await world.close(signal);
  return Math.max(...sent.values()) / (count / 10);
}

function probes({ members }) {
  return members.reduce((sum, { circuit }) => sum + circuit.probes, 0);
}
