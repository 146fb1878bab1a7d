import type { Failure, FailureKind } from '../core/failure.js';
import { chainOf } from './chain.js';
import { kindOfAws } from './families/aws.js';
import { kindOfClient, unreached } from './families/clients.js';
import { kindOfGraphql } from './families/graphql.js';
import { kindOfGrpc } from './families/grpc.js';
import { codeOf, kindOfStatus } from './families/http.js';
import { kindOfKafka } from './families/kafka.js';
import { codeIn, isCauselessConnectionError, KIND_BY_CODE, kindOfSdk, typeOfEvent } from './families/llm.js';
import { kindOfMongo } from './families/mongo.js';
import { abortOf, kindOfName, weakKindOf } from './families/names.js';
import { errnoIn, fetchFailed, kindOfNode, misconfigurationOf } from './families/node.js';
import { isChaos, isFinal, ownKind } from './families/own.js';
import { kindOfRedis } from './families/redis.js';
import { kindOfSlack } from './families/slack.js';
import { kindOfSmtp } from './families/smtp.js';
import { kindOfSql, sqlByMessage } from './families/sql.js';
import { kindOfStore } from './families/stores.js';
import { headersOf } from './headers.js';
import { hintOf } from './hints.js';
import { hasOwnKeys, isObject, read, word } from './reading.js';
import type { Seen } from './seen.js';
import { isErrno, isRequestId, ALLOWED_NAMES } from './vocabulary.js';

/**
 * Classifies a thrown value by its structure alone. Never throws. Every abort is `cancelled` here; only the call knows
 * whether its caller aborted: see {@link asTimeout}.
 * @param said the kind, if it is already decided
 */
export function classify(error: unknown, now: number, decidedKind?: FailureKind): Failure {
  if (!isObject(error))
    return { kind: decidedKind ?? 'unknown', transient: decidedKind !== undefined && isTransientKind(decidedKind) };
  const chain = chainOf(error);
  const kind = decidedKind ?? kindOf(chain);
  const final = hasFinal(chain);
  const failure: MutableFailure = { kind, transient: isTransientKind(kind) && !final };
  if (final) failure.final = true;
  addFacts(failure, chain, now);
  return failure;
}

function hasFinal(chain: readonly Seen[]): boolean {
  for (const seen of chain) if (isFinal(seen)) return true;
  return false;
}

/** Turns `cancelled` into `timeout`: if an attempt aborts although its caller did not, a time limit aborted it. */
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
    // A wrong certificate does not become valid with time, however deep in the chain it is.
    if (kind) return kind === 'network' && firstOf(chain.slice(at), mistakeIn) ? 'misconfigured' : kind;
  }
  for (const seen of chain) {
    const kind = fetchFailed(seen) ?? sqlByMessage(seen) ?? weakKindOf(seen) ?? unreached(seen);
    if (kind) return kind;
  }
  const [only, ...others] = chain;
  return others.length === 0 && only && isCauselessConnectionError(only) ? 'network' : 'unknown';
}

/** The kind by the reliable signs of one error. A status of at least 400 counts more than names and words. */
function strongKindOf(seen: Seen, chain: readonly Seen[], at: number): FailureKind | undefined {
  const { status } = seen;
  const before = ownKind(seen) ?? kindOfAws(seen) ?? kindOfGrpc(seen);
  if (before) return before;
  if (status === undefined || status < 400) return kindBySystem(seen) ?? kindByLibrary(seen);
  return (isMadeUp(seen) ? kindBeforeResponse(seen, chain, at) : undefined) ?? kindOfStatus(status, seen);
}

/** The kind by aborts, system codes and certificates. */
function kindBySystem(seen: Seen): FailureKind | undefined {
  return abortOf(seen) ?? kindOfSdk(seen) ?? kindOfNode(seen) ?? misconfigurationOf(seen);
}

function mistakeIn(seen: Seen): FailureKind | undefined {
  return kindOfNode(seen) === 'misconfigured' ? 'misconfigured' : misconfigurationOf(seen);
}

/** The kind by the rules for each client library. An error without own fields is checked by name and message only. */
function kindByLibrary(seen: Seen): FailureKind | undefined {
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

/** True for a built-in error without additional fields. Most bugs throw such errors. */
function isBare({ className, name, error }: Seen): boolean {
  return className === name && BUILT_IN.has(className) && !hasOwnKeys(error);
}

const BUILT_IN: ReadonlySet<string | undefined> = new Set([
  ...['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'URIError', 'EvalError'],
]);

/** True for a status that came from no response: octokit sets 500 on every error that its `fetch` throws. */
function isMadeUp({ response, headers, wrapped }: Seen): boolean {
  if (response !== undefined || headers !== undefined) return false;
  return wrapped === undefined || read(wrapped.responses[0], 'type') === 'error';
}

/** For a made-up status: the kind of the connection error, by the error itself or its causes. */
function kindBeforeResponse(seen: Seen, chain: readonly Seen[], at: number): FailureKind | undefined {
  const own = abortOf(seen) ?? kindOfNode(seen);
  if (own || chain.length === 1) return own;
  const inner = chain.slice(at + 1).filter((cause) => cause.status === undefined);
  const kind = firstOf(inner, (cause) => kindBySystem(cause) ?? kindOfName(cause)) ?? firstOf(inner, fetchFailed);
  return kind === 'malformed' ? undefined : kind;
}

function firstOf(chain: readonly Seen[], look: (seen: Seen) => FailureKind | undefined): FailureKind | undefined {
  for (const seen of chain) {
    const kind = look(seen);
    if (kind) return kind;
  }
  return undefined;
}

type MutableFailure = { -readonly [K in keyof Failure]: Failure[K] };

/** Adds the facts: numbers, and words from fixed lists. Each comes from the first error of the chain that has it. */
function addFacts(failure: MutableFailure, chain: readonly Seen[], now: number): void {
  const [outermost] = chain;
  const errorName = outermost && nameOf(outermost);
  if (errorName !== undefined) failure.errorName = errorName;
  for (const seen of chain) {
    if (isChaos(seen)) failure.chaos = true;
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
  if (ALLOWED_NAMES.has(className)) return className;
  return name !== 'Error' && ALLOWED_NAMES.has(name) ? name : undefined;
}

const ID_HEADERS = ['x-request-id', 'request-id', 'x-amzn-requestid', 'x-ms-request-id'];

function requestIdOf(seen: Seen): string | undefined {
  const own = word(seen.requestId) ?? (seen.aws === undefined ? undefined : word(read(seen.aws, 'requestId')));
  if (own !== undefined) return isRequestId(own) ? own : undefined;
  const headers = headersOf(seen);
  if (headers.size === 0) return undefined;
  return ID_HEADERS.map((name) => headers.get(name)).find((id) => id !== undefined && isRequestId(id));
}
