import type { Failure, FailureKind } from '../core/failure.js';
import { chainOf } from './chain.js';
import { kindOfAws } from './families/aws.js';
import { kindOfClient, unreached } from './families/clients.js';
import { kindOfGraphql } from './families/graphql.js';
import { kindOfGrpc } from './families/grpc.js';
import { codeOf, kindOfStatus } from './families/http.js';
import { kindOfKafka } from './families/kafka.js';
import { codeIn, isLonelyConnectionError, KIND_BY_CODE, kindOfSdk, typeOfEvent } from './families/llm.js';
import { kindOfMongo } from './families/mongo.js';
import { abortOf, kindOfName, weakKindOf } from './families/names.js';
import { errnoIn, fetchFailed, kindOfNode, mistakeOf } from './families/node.js';
import { isFinal, ownKind } from './families/own.js';
import { kindOfRedis } from './families/redis.js';
import { kindOfSlack } from './families/slack.js';
import { kindOfSmtp } from './families/smtp.js';
import { kindOfSql, sqlByMessage } from './families/sql.js';
import { kindOfStore } from './families/stores.js';
import { headersOf } from './headers.js';
import { hintOf } from './hints.js';
import { hasOwnKeys, isObject, read, word } from './reading.js';
import type { Seen } from './seen.js';
import { isErrno, isRequestId, TELLABLE_NAMES } from './vocabulary.js';

/**
 * What kind of failure a thrown value is, decided by its structure alone. Never throws, whatever it is given. An abort is
 * `cancelled` here: whether the caller asked for it, only the call knows; see {@link asTimeout}.
 * @param said the kind, if somebody has decided it already
 */
export function classify(error: unknown, now: number, said?: FailureKind): Failure {
  if (!isObject(error)) return { kind: said ?? 'unknown', transient: said !== undefined && isTransientKind(said) };
  const chain = chainOf(error);
  const kind = said ?? kindOf(chain);
  const final = hasFinal(chain);
  const failure: Told = { kind, transient: isTransientKind(kind) && !final };
  if (final) failure.final = true;
  tell(failure, chain, now);
  return failure;
}

function hasFinal(chain: readonly Seen[]): boolean {
  for (const seen of chain) if (isFinal(seen)) return true;
  return false;
}

/** The same failure as a timeout: for an abort while no caller's signal is aborted, which is some time limit's. */
export function asTimeout(failure: Failure): Failure {
  if (failure.kind !== 'cancelled') return failure;
  return { ...failure, kind: 'timeout', transient: failure.final !== true };
}

function isTransientKind(kind: FailureKind): boolean {
  return kind === 'timeout' || kind === 'network' || kind === 'server';
}

function kindOf(chain: readonly Seen[]): FailureKind {
  let at = 0;
  for (const seen of chain) {
    const kind = strongKindOf(seen, chain, at++);
    // A certificate does not pass with time, however deep it stands.
    if (kind) return kind === 'network' && firstOf(chain.slice(at), mistakeIn) ? 'misconfigured' : kind;
  }
  for (const seen of chain) {
    const kind = fetchFailed(seen) ?? sqlByMessage(seen) ?? weakKindOf(seen) ?? unreached(seen);
    if (kind) return kind;
  }
  const [only, ...others] = chain;
  return others.length === 0 && only && isLonelyConnectionError(only) ? 'network' : 'unknown';
}

/** What one error of the chain says for certain. A status of 400 and more is believed before names and words. */
function strongKindOf(seen: Seen, chain: readonly Seen[], at: number): FailureKind | undefined {
  const { status } = seen;
  const before = ownKind(seen) ?? kindOfAws(seen) ?? kindOfGrpc(seen);
  if (before) return before;
  if (status === undefined || status < 400) return faultOf(seen) ?? wordsOf(seen);
  return (isMadeUp(seen) ? madeUpOver(seen, chain, at) : undefined) ?? kindOfStatus(status, seen);
}

/** Aborts, codes of the system, certificates. */
function faultOf(seen: Seen): FailureKind | undefined {
  return abortOf(seen) ?? kindOfSdk(seen) ?? kindOfNode(seen) ?? mistakeOf(seen);
}

function mistakeIn(seen: Seen): FailureKind | undefined {
  return kindOfNode(seen) === 'misconfigured' ? 'misconfigured' : mistakeOf(seen);
}

/** What the families of clients say. An error without a field of its own has only its name and its message. */
function wordsOf(seen: Seen): FailureKind | undefined {
  if (isBare(seen)) return kindOfName(seen) ?? kindOfRedis(seen);
  return (
    KIND_BY_CODE.get(codeIn(seen)) ??
    kindOfSql(seen) ??
    kindOfName(seen) ??
    kindOfMongo(seen) ??
    kindOfRedis(seen) ??
    kindOfSmtp(seen) ??
    kindOfKafka(seen) ??
    kindOfSlack(seen) ??
    kindOfStore(seen) ??
    kindOfGraphql(seen) ??
    kindOfClient(seen) ??
    KIND_BY_CODE.get(typeOfEvent(seen))
  );
}

/** True for most bugs: an error of the language's own classes that nobody has added anything to. */
function isBare({ className, name, error }: Seen): boolean {
  return className === name && BUILT_IN.has(className) && !hasOwnKeys(error);
}

const BUILT_IN: ReadonlySet<string | undefined> = new Set([
  ...['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'URIError', 'EvalError'],
]);

/** A status that no response gave: octokit writes 500 onto whatever its `fetch` throws. */
function isMadeUp({ response, headers, wrapped }: Seen): boolean {
  if (response !== undefined || headers !== undefined) return false;
  return wrapped === undefined || read(wrapped.responses[0], 'type') === 'error';
}

/** What happened before anything answered, by the error itself or by what caused it. */
function madeUpOver(seen: Seen, chain: readonly Seen[], at: number): FailureKind | undefined {
  const own = abortOf(seen) ?? kindOfNode(seen);
  if (own || chain.length === 1) return own;
  const inner = chain.slice(at + 1).filter((cause) => cause.status === undefined);
  const kind = firstOf(inner, (cause) => faultOf(cause) ?? kindOfName(cause)) ?? firstOf(inner, fetchFailed);
  return kind === 'malformed' ? undefined : kind;
}

function firstOf(chain: readonly Seen[], look: (seen: Seen) => FailureKind | undefined): FailureKind | undefined {
  for (const seen of chain) {
    const kind = look(seen);
    if (kind) return kind;
  }
  return undefined;
}

type Told = { -readonly [K in keyof Failure]: Failure[K] };

/** Numbers, and words of lists: the first error of the chain that has one gives it. */
function tell(failure: Told, chain: readonly Seen[], now: number): void {
  const [outermost] = chain;
  const errorName = outermost && nameOf(outermost);
  if (errorName !== undefined) failure.errorName = errorName;
  for (const seen of chain) {
    if (seen.status !== undefined) failure.status ??= seen.status;
    const code = codeOf(seen);
    if (code !== undefined) failure.code ??= code;
    const errno = errnoIn(seen);
    if (errno !== undefined && isErrno(errno)) failure.errno ??= errno;
    const requestId = requestIdOf(seen);
    if (requestId !== undefined) failure.requestId ??= requestId;
    const hint = hintOf(seen, failure.kind, now);
    if (hint !== undefined) failure.retryAfterMs ??= hint;
  }
}

function nameOf({ className, name }: Seen): string | undefined {
  if (className === 'Error') return className;
  if (TELLABLE_NAMES.has(className)) return className;
  return name !== 'Error' && TELLABLE_NAMES.has(name) ? name : undefined;
}

const ID_HEADERS = ['x-request-id', 'request-id', 'x-amzn-requestid', 'x-ms-request-id'];

function requestIdOf(seen: Seen): string | undefined {
  const own = word(seen.requestId) ?? (seen.aws === undefined ? undefined : word(read(seen.aws, 'requestId')));
  if (own !== undefined) return isRequestId(own) ? own : undefined;
  const headers = headersOf(seen);
  if (headers.size === 0) return undefined;
  return ID_HEADERS.map((name) => headers.get(name)).find((id) => id !== undefined && isRequestId(id));
}
