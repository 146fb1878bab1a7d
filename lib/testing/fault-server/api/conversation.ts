/** The relevant parts of a chat request. */
export interface Conversation {
  readonly question: string;
  /** The texts of the messages before the last one of the user, in order. */
  readonly context: readonly string[];
  /** The texts of all messages, in order. */
  readonly texts: readonly string[];
}

/** `undefined` if it is not a list of messages with roles. */
export function readConversation(messages: unknown): Conversation | undefined {
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(hasRole)) return undefined;
  const texts = messages.map((message) => textOf(message.content));
  const last = messages.findLastIndex((message) => message.role === 'user');
  return { question: texts[last] ?? '', context: texts.slice(0, Math.max(0, last)), texts };
}

function hasRole(message: unknown): message is { role: string; content?: unknown } {
  return typeof message === 'object' && message !== null && 'role' in message && typeof message.role === 'string';
}

/** The text of a message's content: a string, or a list of parts, of which only the text parts count. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) =>
      typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string' ? part.text : '',
    )
    .join('\n');
}
