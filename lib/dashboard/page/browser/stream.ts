// The stream is read with `fetch`, because EventSource cannot send headers.

export interface Message {
  readonly type: string;
  readonly data: unknown;
}

/** The path of the page in the browser. */
const base = location.pathname.replace(/\/$/, '');

/** Sends a request to the API below the path of the page. */
export function ask(path: string, token: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${base}/api/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
}

/** Yields every message of the stream until it ends. */
export async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, { stream: true });
    const messages = text.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      const [, type, data] = /^event: (.*)\ndata: (.*)$/.exec(message) ?? [];
      if (type !== undefined && data !== undefined) yield { type, data: JSON.parse(data) as unknown };
    }
  }
}
