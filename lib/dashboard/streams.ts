import { every } from '../core/every.js';
import { levelOf } from '../core/event-kinds.js';
import type { ResilienceEvent } from '../core/events.js';
import { onEvent, runtime } from '../runtime/runtime.js';
import { entryOf } from '../telemetry/entry.js';
import { refuse, HEADERS } from './responses.js';
import { type FleetState, fleetState, SOURCE, type State } from './state.js';
import { Viewer } from './viewer.js';

const MAX_STREAMS = 20;
const TICK_MS = 1000;
const encoder = new TextEncoder();

/** The viewers: while there is none, nothing listens and nothing ticks. */
export class Streams {
  readonly #viewers = new Set<Viewer>();
  readonly #stateOf: (fleet: FleetState | undefined) => State;
  #stop: (() => void) | undefined;
  #fleet: FleetState | undefined;
  #isAsking = false;

  constructor(stateOf: (fleet: FleetState | undefined) => State) {
    this.#stateOf = stateOf;
  }

  /** Server-sent events: `hello` with everything, `event` for each event, `tick` with everything each second. */
  open(signal: AbortSignal): Response {
    if (this.#viewers.size >= MAX_STREAMS) {
      const response = refuse(503, 'too many viewers');
      response.headers.set('retry-after', '10');
      return response;
    }
    let leave = (): void => undefined;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const viewer = new Viewer(controller);
          leave = () => {
            signal.removeEventListener('abort', leave);
            this.#remove(viewer);
          };
          signal.addEventListener('abort', leave);
          this.#viewers.add(viewer);
          this.#stop ??= this.#wake();
          viewer.event(messageOf('hello', this.#stateOf(this.#fleet)));
        },
        cancel: () => leave(),
      },
      { highWaterMark: 0 },
    );
    const headers = { ...HEADERS, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };
    return new Response(body, { headers });
  }

  /** Asks the store of the fleet; the next tick tells what it says. */
  async askFleet(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#fleet = await fleetState();
    this.#isAsking = false;
  }

  #wake(): () => void {
    void this.askFleet();
    const undo = [
      onEvent((event) => this.#toAll('event', eventOf(event))),
      every(TICK_MS, () => {
        this.#toAll('tick', this.#stateOf(this.#fleet));
        void this.askFleet();
      }),
    ];
    return () => {
      for (const end of undo) end();
    };
  }

  #remove(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer) || this.#viewers.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }

  #toAll(type: 'event' | 'tick', data: unknown): void {
    const message = messageOf(type, data);
    for (const viewer of this.#viewers) {
      if (viewer[type](message)) continue;
      this.#remove(viewer);
      viewer.drop();
    }
  }
}

/** An event with the fields of the log alone. */
function eventOf(event: ResilienceEvent): object {
  return { at: runtime.clock.now(), source: SOURCE, ...entryOf(event, levelOf(event), 0) };
}

function messageOf(type: string, data: unknown): Uint8Array {
  return encoder.encode(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}
