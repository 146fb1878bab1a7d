// What a cell should be taken for: decided by the fault that was played, and by how much of it is in what was thrown. What
// the library says of it today has no part in it.

/** SDKs that repeat a 409 by themselves: their services use it for requests that are under way. */
const REPEATS_409 = /^(openai|openai-7|@anthropic-ai\/sdk|groq-sdk|stripe|@langchain\/openai)$/;

export function judged(setup, fault, cell) {
  if (!cell?.thrown) return cell ?? { hangs: true };
  const text = JSON.stringify(cell.thrown);
  const found = { ...cell, ...rightOf(setup, fault, text) };
  delete found.thrown;
  return { ...found, thrown: cell.thrown };
}

function rightOf(setup, fault, text) {
  const exception = setup.right?.[fault.id];
  const base = {
    kind: fault.kind,
    ...(fault.decidable === false && { decidable: false, reason: fault.reason }),
    ...(fault.by === 'caller' && { callerAborted: true }),
    ...(fault.isTls && { tls: true }),
  };
  if (fault.id === '409' && REPEATS_409.test(setup.package)) base.kind = 'server';
  // Where the client hands on what it could unpack, it is a body that is not JSON.
  if (fault.otherwise && !text.includes(fault.otherwise[0])) base.kind = fault.otherwise[1];
  if (/^(cut|stall)/.test(fault.play) && fault.by !== 'caller' && isParsedAlone(text)) base.kind = 'malformed';
  if (/no-url|unknown-scheme/.test(fault.at) && /ENOTFOUND|EAI_AGAIN|ECONNREFUSED/.test(text)) base.kind = 'network';
  if (/client|controller|signal/.test(fault.by) && isLossAlone(text)) base.kind = 'network';
  if (exception) Object.assign(base, exception);
  if (base.decidable === false) return base;
  if (/Cannot read properties of undefined/.test(text))
    return { ...base, decidable: false, reason: 'the client fails with a TypeError of its own' };
  // These texts stand for every reason of a lost connection.
  if (base.kind !== 'network' && /"message":"Connection is closed\."/.test(text))
    return { ...base, decidable: false, reason: 'the client says of every lost connection that it is closed' };
  const holdsStatus =
    fault.status === undefined ||
    holdsNumber(text, fault.status) ||
    says(setup, fault, text) ||
    exception?.kind !== undefined;
  if (!holdsStatus) return { ...base, decidable: false, reason: `the error holds no status` };
  if (fault.words && !fault.words.some((word) => text.includes(word)))
    return {
      ...base,
      decidable: false,
      reason: 'the error holds nothing of the body, so quota looks like a rate limit',
    };
  if (fault.hint === undefined) return base;
  if (!text.includes(fault.hintMark)) {
    // A 403 or 413 without its hints is one like any other.
    const isMadeByHint = fault.status === 403 || fault.status === 413;
    return { ...base, ...(isMadeByHint && { kind: 'rejected' }) };
  }
  return { ...base, hint: fault.hint };
}

/** The client took the part of a body that came for the whole, and nothing says that more was to come. */
const isParsedAlone = (text) =>
  /SyntaxError|in JSON at position/.test(text) &&
  !/ECONN|ERR_|abort|timeout|timed out|\bterminated|premature/i.test(text);

/** The client ended the connection and then reports that it was lost, without a word of a limit or an abort. */
const isLossAlone = (text) =>
  /ECONNRESET|stream has been aborted/.test(text) && !/timeout|timed out|AbortError|ABORT_ERR|cancel/i.test(text);

/** A client's own word for a status. */
const says = ({ says: words }, { status }, text) => words?.[status] !== undefined && text.includes(words[status]);

/** As a number or a text of its own, not within a message. */
const holdsNumber = (text, number) => new RegExp(`[:[,]"?${number}"?[,}\\]]`).test(text);
