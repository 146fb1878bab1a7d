/** An HTTP answer, before a fault changes it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body. A stream has one piece per event; any other answer has one piece. */
  readonly pieces: readonly string[];
  /** Set for a stream: how many of its first pieces come before the final events. */
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
