// The stream is read with `fetch`, since EventSource sends no header.

export interface Message {
  readonly type: string;
  readonly data: unknown;
}

/** Where the page is mounted, as the browser sees it. */
const base = location.pathname.replace(/\/$/, '');

/** Asks the API below the page's own address. */
export function ask(path: string, token: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${base}/api/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
}

/** Every message of a stream until it ends. */
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
