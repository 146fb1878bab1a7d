import { context, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import type { AttemptEnd, CallEnd, CallObserver, CallWatch, Watch } from '../call/observer.js';
import { CIRCUIT, ERROR_TYPE, METHOD, OUTCOME } from '../metrics/metric.js';
import type { Extras } from './extras.js';

/** Makes a span for each call and, with `'attempt'`, for each attempt. Spans never contain an error message. */
export function spansOf(tracer: Tracer, spans: 'call' | 'attempt', extras: Extras): CallObserver {
  return {
    begin: (method) => {
      const attributes = { ...extras({ method }), [METHOD]: method };
      const span = tracer.startSpan(method, { kind: SpanKind.INTERNAL, attributes });
      return watchOf(
        span,
        spans === 'attempt' ? (number, isHedge) => attemptOf(tracer, method, number, isHedge) : undefined,
      );
    },
  };
}

function watchOf(span: Span, attempt: CallWatch['attempt']): CallWatch {
  return {
    within: within(span),
    ...(attempt && { attempt }),
    ended: ({ outcome, errorType, circuit, attempts }: CallEnd) => {
      span.setAttributes({ [OUTCOME]: outcome, 'holdfast.attempts': attempts });
      if (circuit !== undefined) span.setAttribute(CIRCUIT, circuit);
      if (errorType !== undefined) span.setAttribute(ERROR_TYPE, errorType);
      if (outcome === 'failure' || outcome === 'refused') span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/** Makes the span of an attempt. Its parent is the span of the call, which is active when the attempt starts. */
function attemptOf(tracer: Tracer, method: string, number: number, isHedge: boolean): Watch<AttemptEnd> {
  const attributes = { [METHOD]: method, 'holdfast.attempt': number, ...(isHedge && { 'holdfast.hedge': true }) };
  const span = tracer.startSpan(method, { kind: SpanKind.INTERNAL, attributes });
  return {
    within: within(span),
    ended: ({ errorType }) => {
      if (errorType !== undefined) {
        span.setAttribute(ERROR_TYPE, errorType);
        // A cancelled attempt has not failed: for example, the other attempt of a hedge was faster.
        if (errorType !== 'cancelled') span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}

function within(span: Span): <T>(run: () => T) => T {
  return (run) => context.with(trace.setSpan(context.active(), span), run);
}
