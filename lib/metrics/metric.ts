import type { Inspection } from '../runtime/inspection.js';

export type Attributes = Readonly<Record<string, string | boolean>>;

/** One series of a metric: its attributes and its current value. */
export interface Series {
  readonly attributes: Attributes;
  readonly value: number;
}

/** A metric that is read from the counters. Both exporters use the same table of metrics. */
export interface Metric {
  /** The name in OpenTelemetry. */
  readonly name: string;
  /** The name in Prometheus. */
  readonly prometheus: string;
  /** `up-down`: a sum that can also decrease. */
  readonly kind: 'counter' | 'up-down' | 'gauge';
  readonly unit: string;
  readonly help: string;
  readonly read: (inspection: Inspection) => Series[];
}

export const METHOD = 'holdfast.method';
export const CIRCUIT = 'holdfast.circuit.name';
export const OUTCOME = 'holdfast.outcome';
export const ERROR_TYPE = 'error.type';
export const REASON = 'holdfast.reason';
export const RESULT = 'holdfast.result';
export const STATE = 'holdfast.circuit.state';
export const SHADOW = 'holdfast.shadow';
export const GATE = 'holdfast.gate.name';
export const BULKHEAD = 'holdfast.bulkhead.name';
export const LIMITER = 'holdfast.limiter.name';
export const FLEET = 'holdfast.fleet.name';
export const EVENT = 'holdfast.event';

/** The attributes of a method, and of its circuit if it has one. */
export function ofMethod({ method, circuit }: { readonly method: string; readonly circuit?: string | undefined }) {
  return { [METHOD]: method, ...(circuit !== undefined && { [CIRCUIT]: circuit }) };
}
