// One cell: a set-up of a client meets a fault once, over real sockets.
import { classify } from '../../dist/index.js';
import { replay } from '../../build/standard/failures/recorded/replay.js';
import { HTTP_FAULTS } from './http-faults.js';
import { startHttpServer } from './http-server.js';
import { shapeOf, withoutOtherHeaders } from './shape.js';

/** Limits that are to be met, in milliseconds. */
const LIMIT_MS = 250;
const ABORT_MS = 120;

/** The faults that a set-up meets. */
export function faultsOf(family, setup) {
  if (setup.faults) return setup.faults;
  const all = [...HTTP_FAULTS, ...(setup.more ?? [])];
  const wanted = setup.only ? all.filter(({ id }) => setup.only.includes(id)) : all;
  return wanted
    .filter(({ by }) => by === undefined || (setup.limits ?? ['client', 'controller', 'signal', 'caller']).includes(by))
    .filter(({ id }) => !(setup.without ?? []).includes(id));
}

export async function meet(family, setup, id, certificates) {
  const fault = faultsOf(family, setup).find((one) => one.id === id);
  const server = fault.start
    ? await fault.start({ certificates })
    : await startHttpServer(fault, { ...setup, certificates });
  await setup.prepare?.({ host: server.host, port: server.port, fault });
  const { signal, timer } = limitOf(fault);
  const timeout = fault.by === 'client' ? LIMIT_MS : undefined;
  try {
    await setup.call({ url: server.url, host: server.host, port: server.port, timeout, signal, fault });
    return { requests: server.seen?.requests, resolved: true };
  } catch (error) {
    const thrown = withoutOtherHeaders(shapeOf(error));
    const [live, recorded] = [error, replay(thrown)].map((one) => classify(one).kind);
    if (live !== recorded) throw new Error(`it is read as ${live}, and as ${recorded} from its record`);
    return { requests: server.seen?.requests, thrown };
  } finally {
    clearTimeout(timer);
    await server.close();
  }
}

function limitOf({ by }) {
  if (by === 'signal') return { signal: AbortSignal.timeout(LIMIT_MS) };
  if (by !== 'controller' && by !== 'caller') return {};
  const controller = new AbortController();
  return {
    signal: controller.signal,
    timer: setTimeout(() => controller.abort(), by === 'caller' ? ABORT_MS : LIMIT_MS),
  };
}
