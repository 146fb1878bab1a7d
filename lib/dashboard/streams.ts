import { every } from '../core/every.js';
import { levelOf } from '../core/event-kinds.js';
import type { ResilienceEvent } from '../core/events.js';
import { onEvent, runtime } from '../runtime/runtime.js';
import { entryOf } from '../telemetry/entry.js';
import type { State } from './state.js';

const MAX_STREAMS = 20;
const TICK_MS = 1000;
/** Messages that may wait for a slow reader before it is dropped. */
const MAX_WAITING = 200;

type Send = (message: string) => void;

/** The viewers: while there is none, nothing listens and nothing ticks. */
export class Streams {
  readonly #open = new Map<symbol, Send>();
  readonly #stateOf: () => State;
  #stop: (() => void) | undefined;

  constructor(stateOf: () => State) {
    this.#stateOf = stateOf;
  }

  /** Server-sent events: `hello` with everything, `event` for each event, `tick` with everything each second. */
  open(signal: AbortSignal): Response {
    if (this.#open.size >= MAX_STREAMS) {
      const headers = { 'retry-after': '10', 'cache-control': 'no-store', 'content-type': 'text/plain' };
      return new Response('too many viewers\n', { status: 503, headers });
    }
    const id = Symbol('viewer');
    const leave = (): void => {
      signal.removeEventListener('abort', leave);
      if (this.#open.delete(id) && this.#open.size === 0) this.#sleep();
    };
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const encoder = new TextEncoder();
          const send: Send = (message) => {
            if ((controller.desiredSize ?? 0) < -MAX_WAITING) {
              leave();
              controller.close();
            } else controller.enqueue(encoder.encode(message));
          };
          this.#open.set(id, send);
          signal.addEventListener('abort', leave);
          this.#stop ??= this.#wake();
          send(messageOf('hello', this.#stateOf()));
        },
        cancel: leave,
      },
      { highWaterMark: 0 },
    );
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
    return new Response(body, { headers });
  }

  #wake(): () => void {
    const undo = [
      onEvent((event) => this.#toAll('event', eventOf(event))),
      every(TICK_MS, () => this.#toAll('tick', this.#stateOf())),
    ];
    return () => {
      for (const end of undo) end();
    };
  }

  #sleep(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #toAll(type: string, data: unknown): void {
    const message = messageOf(type, data);
    for (const send of this.#open.values()) send(message);
  }
}

/** An event with the fields of the log alone. */
function eventOf(event: ResilienceEvent): object {
  const level = levelOf(event);
  return { at: runtime.clock.now(), ...entryOf(event, level, 0) };
}

function messageOf(type: string, data: unknown): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
