// The part of the Redis protocol that the clients need: RESP2 and RESP3.

/** The value of a reply. */
export type Answer = string | number | null | Failed | readonly Answer[] | ReadonlyMap<string, Answer>;

/** A reply that is an error. */
export class Failed {
  constructor(readonly message: string) {}
}

/** Reads commands, which are arrays of bulk strings, from a stream of bytes. */
export class CommandReader {
  #pendingBytes: Buffer = Buffer.alloc(0);

  /** The commands that are complete after these bytes. */
  *read(bytes: Buffer): Iterable<string[]> {
    this.#pendingBytes = this.#pendingBytes.length === 0 ? bytes : Buffer.concat([this.#pendingBytes, bytes]);
    for (let command = readCommand(this.#pendingBytes); command; command = readCommand(this.#pendingBytes)) {
      this.#pendingBytes = this.#pendingBytes.subarray(command.end);
      yield command.parts;
    }
  }
}

function readCommand(bytes: Buffer): { readonly parts: string[]; readonly end: number } | undefined {
  const head = readLine(bytes, 0);
  if (!head) return undefined;
  if (!head.text.startsWith('*')) return { parts: head.text.split(' ').filter(Boolean), end: head.end };
  const parts: string[] = [];
  let at = head.end;
  for (let remaining = Number(head.text.slice(1)); remaining > 0; remaining -= 1) {
    const size = readLine(bytes, at);
    if (!size) return undefined;
    const end = size.end + Number(size.text.slice(1));
    if (bytes.length < end + 2) return undefined;
    parts.push(bytes.toString('utf8', size.end, end));
    at = end + 2;
  }
  return { parts, end: at };
}

function readLine(bytes: Buffer, from: number): { readonly text: string; readonly end: number } | undefined {
  const end = bytes.indexOf('\r\n', from);
  return end < 0 ? undefined : { text: bytes.toString('latin1', from, end), end: end + 2 };
}

/** Writes a reply for a client of protocol 2 or 3. */
export function written(answer: Answer, protocol: 2 | 3): string {
  if (answer === null) return protocol === 3 ? '_\r\n' : '$-1\r\n';
  if (typeof answer === 'number') return `:${answer}\r\n`;
  if (typeof answer === 'string') return `$${Buffer.byteLength(answer)}\r\n${answer}\r\n`;
  if (answer instanceof Failed) return `-${answer.message}\r\n`;
  if (answer instanceof Map) {
    const parts = [...(answer as ReadonlyMap<string, Answer>)].flat();
    return `${protocol === 3 ? `%${answer.size}` : `*${parts.length}`}\r\n${parts.map((part) => written(part, protocol)).join('')}`;
  }
  const parts = answer as readonly Answer[];
  return `*${parts.length}\r\n${parts.map((part) => written(part, protocol)).join('')}`;
}

/** Writes a push message. */
export function pushed(parts: readonly Answer[], protocol: 2 | 3): string {
  const text = written(parts, protocol);
  return protocol === 3 ? `>${text.slice(1)}` : text;
}
