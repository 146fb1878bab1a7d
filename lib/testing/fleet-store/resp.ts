// As much of the protocol of Redis as the clients need: RESP2 and RESP3.

/** Something that a reply can hold. */
export type Answer = string | number | null | Failed | readonly Answer[] | ReadonlyMap<string, Answer>;

/** A reply that is an error. */
export class Failed {
  constructor(readonly message: string) {}
}

/** Reads commands from bytes as they come: arrays of bulk strings. */
export class CommandReader {
  #left: Buffer = Buffer.alloc(0);

  /** The commands that are complete by now. */
  *read(bytes: Buffer): Iterable<string[]> {
    this.#left = this.#left.length === 0 ? bytes : Buffer.concat([this.#left, bytes]);
    for (let found = readCommand(this.#left); found; found = readCommand(this.#left)) {
      this.#left = this.#left.subarray(found.end);
      yield found.parts;
    }
  }
}

function readCommand(bytes: Buffer): { readonly parts: string[]; readonly end: number } | undefined {
  const head = readLine(bytes, 0);
  if (!head) return undefined;
  if (!head.text.startsWith('*')) return { parts: head.text.split(' ').filter(Boolean), end: head.end };
  const parts: string[] = [];
  let at = head.end;
  for (let left = Number(head.text.slice(1)); left > 0; left -= 1) {
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

/** Writes what arrives without having been asked for. */
export function pushed(parts: readonly Answer[], protocol: 2 | 3): string {
  const text = written(parts, protocol);
  return protocol === 3 ? `>${text.slice(1)}` : text;
}
