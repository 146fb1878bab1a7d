/** An answer before any fault befalls it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body; a stream has one piece an event, any other answer has one. */
  readonly pieces: readonly string[];
  /** Set for a stream of chat chunks: how many of its first pieces are chunks without a `finish_reason`. */
  readonly chunks?: number;
}

export const JSON_TYPE = { 'content-type': 'application/json' } as const;

export function jsonAnswer(status: number, body: unknown): Answer {
  return { status, headers: JSON_TYPE, pieces: [JSON.stringify(body)] };
}

/** One server-sent event. */
export function sse(data: string, event?: string): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`;
}
