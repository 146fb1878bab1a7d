import type { ErrorStatus, Healthy, Quota, RateLimit } from './answer-fault.js';
import type { BodyCut, BodyDrip, BodyStall, EmptyBody, ErrorBody, HtmlBody, MalformedJson } from './body-fault.js';
import type { NoAnswer } from './connection-fault.js';
import type {
  ResponseFailed,
  StreamComments,
  StreamCut,
  StreamDrip,
  StreamError,
  StreamStall,
  StreamUnfinished,
} from './stream-fault.js';
import type { VectorLength, VectorMissing, VectorValue } from './vector-fault.js';

/** A fault with its details. `type` is its name. */
export type FaultDetails =
  | Healthy
  | ErrorStatus
  | RateLimit
  | Quota
  | NoAnswer
  | BodyCut
  | BodyStall
  | BodyDrip
  | MalformedJson
  | HtmlBody
  | EmptyBody
  | ErrorBody
  | StreamCut
  | StreamError
  | StreamStall
  | StreamComments
  | StreamUnfinished
  | StreamDrip
  | ResponseFailed
  | VectorLength
  | VectorValue
  | VectorMissing;

/** The faults that can be given by name, with their defaults. */
export type FaultName = Exclude<FaultDetails['type'], 'status'>;

/** What happens to one request: `'reset'`, or `{ type: 'status', status: 503 }`. */
export type Fault = FaultName | FaultDetails;
