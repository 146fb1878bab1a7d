import { answerTo } from '../api/route.js';
import type { Exchange } from '../exchange.js';
import type { FaultDetails } from '../faults/fault.js';
import { breakTransfer, sendWrongBody } from './body.js';
import { send } from './send.js';
import { statusAnswer } from './status-answer.js';
import { failResponse } from './response.js';
import { breakStream } from './stream.js';
import { sendWrongVectors } from './vectors.js';

/** The greeting of an SSH server, as a client receives it from a wrong port. */
const NOT_HTTP = 'SSH-2.0-OpenSSH_9.6\r\n';

/** Performs the fault on the connection. Resolves when the server has sent everything; a stall continues after that. */
export async function causeFault(exchange: Exchange, fault: FaultDetails): Promise<void> {
  const healthy = () => answerTo(exchange.request);
  switch (fault.type) {
    case 'ok':
      return send(exchange, healthy());
    case 'reset':
      return exchange.cut('reset');
    case 'hang-up':
      return exchange.cut('fin');
    case 'not-http':
      return exchange.sendRaw(NOT_HTTP);
    case 'stall':
      return;
    case 'status':
    case 'rate-limit':
    case 'quota':
      return send(exchange, statusAnswer(fault));
    case 'body-cut':
    case 'body-stall':
    case 'body-drip':
      return breakTransfer(exchange, fault, healthy());
    case 'malformed-json':
    case 'html':
    case 'empty':
    case 'error-body':
      return sendWrongBody(exchange, fault, healthy());
    case 'stream-cut':
    case 'stream-error':
    case 'stream-stall':
    case 'stream-comments':
    case 'stream-unfinished':
    case 'stream-drip':
      return breakStream(exchange, fault, healthy());
    case 'response-failed':
      return failResponse(exchange, fault, healthy());
    case 'vector-length':
    case 'vector-value':
    case 'vector-missing':
      return sendWrongVectors(exchange, fault);
  }
}
