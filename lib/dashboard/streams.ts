import { every } from '../core/every.js';
import { onEvent, runtime } from '../runtime/runtime.js';
import { EventBatch } from './batch.js';
import { refuse, HEADERS } from './responses.js';
import { type FleetState, fleetState, type Settings, settingsNow, SOURCE, type State } from './state.js';
import { Viewer } from './viewer.js';

const MAX_STREAMS = 20;
const EVENTS_MS = 250;
const TICK_MS = 1000;
const encoder = new TextEncoder();

type StateOf = (fleet: FleetState | undefined, settings?: Settings) => State;

/** The viewers of the page. Without viewers there are no listeners and no timers. */
export class Streams {
  readonly #viewers = new Set<Viewer>();
  readonly #stateOf: StateOf;
  #stop: (() => void) | undefined;
  #fleet: FleetState | undefined;
  #isAsking = false;

  constructor(stateOf: StateOf) {
    this.#stateOf = stateOf;
  }

  /**
   * Opens a stream of server-sent events: `hello` with all data, `event` for one or several equal events, `tick` each
   * second with all data except the settings, and `settings` after each change of them.
   */
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
          // A reader that has left already never aborts the signal again.
          if (signal.aborted) return controller.close();
          signal.addEventListener('abort', leave);
          this.#viewers.add(viewer);
          this.#stop ??= this.#wake();
          viewer.event(encoder.encode(messageOf('hello', this.#stateOf(this.#fleet, settingsNow()))));
        },
        cancel: () => leave(),
      },
      { highWaterMark: 0 },
    );
    const headers = { ...HEADERS, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };
    return new Response(body, { headers });
  }

  /** Reads the fleet from its store. The next tick contains the answer. */
  async askFleet(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#fleet = await fleetState();
    this.#isAsking = false;
  }

  #wake(): () => void {
    void this.askFleet();
    const events = new EventBatch();
    let told = settingsNow();
    const undo = [
      onEvent((event) => events.add(event, runtime.clock.now())),
      every(EVENTS_MS, () => {
        const messages = events.take().map((event) => messageOf('event', event));
        if (messages.length > 0) this.#toAll('event', messages.join(''));
      }),
      every(TICK_MS, () => {
        const settings = settingsNow();
        // Not a part of the tick, because a slow viewer may miss ticks.
        if (settings !== told) this.#toAll('event', messageOf('settings', { source: SOURCE, settings }));
        told = settings;
        this.#toAll('tick', messageOf('tick', this.#stateOf(this.#fleet)));
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

  #toAll(type: 'event' | 'tick', text: string): void {
    const message = encoder.encode(text);
    for (const viewer of this.#viewers) {
      if (viewer[type](message)) continue;
      this.#remove(viewer);
      viewer.drop();
    }
  }
}

function messageOf(type: string, data: unknown): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
