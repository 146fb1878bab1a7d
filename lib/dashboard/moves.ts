import { joinedFleet } from '../runtime/fleets.js';
import { circuitOfDashboard, circuits } from '../runtime/handle.js';
import { runtime } from '../runtime/runtime.js';
import { json, refuse } from './responses.js';

const MAX_BODY = 4096;
const MAX_REASON = 200;

/** A request of the page to move a circuit. */
interface Asked {
  readonly move: 'isolate' | 'reset';
  readonly reason?: string;
  /** `process`: only in this process, although the circuit belongs to the fleet. */
  readonly scope?: 'process';
}

/** Moves a circuit that the page shows: in the whole fleet if it belongs to the fleet, else in this process. */
export async function moveCircuit(
  request: Request,
  encoded: string,
  move: Asked['move'],
  keys: boolean,
): Promise<Response> {
  const name = decoded(encoded);
  if (name === undefined) return refuse(404, 'no such circuit');
  const body = await bodyOf(request);
  if (body === undefined) return refuse(413, 'too long');
  const asked: Asked = { move, ...readBody(body) };
  const isHere = circuits().some((one) => name === one.circuit || (keys && name === one.name));
  const fleet = asked.scope === 'process' ? undefined : joinedFleet();
  if (!fleet) return isHere ? moveHere(name, asked) : refuse(404, 'no such circuit');
  try {
    const isFleets = (await fleet.circuits()).some((one) => one.name === name);
    if (!isFleets) return isHere ? moveHere(name, asked) : refuse(404, 'no such circuit');
    if (move === 'isolate') {
      await fleet.isolate(name, asked.reason === undefined ? {} : { reason: asked.reason });
      runtime.telemetry.tell({ type: 'circuit_opened', circuit: name, state: 'isolated', by: 'dashboard' });
    } else {
      await fleet.reset(name);
      // The fleet's reset does not close a circuit that was isolated by hand in this process, so close it here.
      if (isHere) circuitOfDashboard(name).reset();
      else runtime.telemetry.tell({ type: 'circuit_closed', circuit: name, state: 'closed', by: 'dashboard' });
    }
    return json({ circuit: name, state: move === 'isolate' ? 'isolated' : 'closed', fleet: fleet.name });
  } catch {
    return refuse(503, 'the store of the fleet does not answer');
  }
}

function moveHere(name: string, { move, reason }: Asked): Response {
  const handle = circuitOfDashboard(name);
  if (move === 'reset') handle.reset();
  else handle.isolate(reason);
  return json({ circuit: name, state: handle.state });
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

/** The text of the body; undefined if it is too long. */
async function bodyOf({ body }: Request): Promise<string | undefined> {
  if (!body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > MAX_BODY) return undefined;
    text += decoder.decode(chunk as Uint8Array, { stream: true });
  }
  return text;
}

function readBody(body: string): Omit<Asked, 'move'> {
  try {
    const { reason, scope } = JSON.parse(body) as { readonly reason?: unknown; readonly scope?: unknown };
    return {
      ...(typeof reason === 'string' && reason !== '' && { reason: reason.slice(0, MAX_REASON) }),
      ...(scope === 'process' && { scope }),
    };
  } catch {
    return {};
  }
}
