import type { Timed } from './timed.js';

/** The last vector of the answer has the wrong length. Needs an embeddings request, as all faults of vectors do. */
export interface VectorLength extends Timed {
  readonly type: 'vector-length';
  /** How many values it has. @default half as many as asked for */
  readonly length?: number;
}

/** The last value of the last vector is not a finite number. */
export interface VectorValue extends Timed {
  readonly type: 'vector-value';
  /**
   * What stands there. JSON has no word for either, so that in the float format `nan` is `null` and `infinity` is
   * `1e999`, which parses as Infinity. @default 'nan'
   */
  readonly value?: 'nan' | 'infinity';
}

/** The last vector is missing: one fewer than there were inputs. */
export interface VectorMissing extends Timed {
  readonly type: 'vector-missing';
}
