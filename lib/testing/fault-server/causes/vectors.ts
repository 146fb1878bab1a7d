import type { Distortion } from '../api/embeddings.js';
import { answerTo, EMBEDDINGS_PATH } from '../api/route.js';
import type { Exchange } from '../exchange.js';
import type { VectorLength, VectorMissing, VectorValue } from '../faults/vector-fault.js';
import { misuse, send } from './send.js';

/**
 * Answers with a wrong vector. It is always the last one, so that a client that checks only the first does not notice
 * it.
 */
export function sendWrongVectors(exchange: Exchange, fault: VectorLength | VectorValue | VectorMissing): Promise<void> {
  const answer = answerTo(exchange.request, distortion(fault));
  const wrongPlace = answer.status === 200 && exchange.request.path !== EMBEDDINGS_PATH;
  return send(exchange, wrongPlace ? misuse(`'${fault.type}' needs an embeddings request`) : answer);
}

function distortion(fault: VectorLength | VectorValue | VectorMissing): Distortion {
  return (vectors) => {
    const others = vectors.slice(0, -1);
    const last = vectors.at(-1) ?? new Float32Array();
    switch (fault.type) {
      case 'vector-missing':
        return others;
      case 'vector-length': {
        const wrong = new Float32Array(fault.length ?? Math.floor(last.length / 2));
        wrong.set(last.subarray(0, wrong.length));
        return [...others, wrong];
      }
      case 'vector-value': {
        const wrong = Float32Array.from(last);
        wrong[wrong.length - 1] = fault.value === 'infinity' ? Infinity : Number.NaN;
        return [...others, wrong];
      }
    }
  };
}
