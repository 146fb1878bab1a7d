import type { Timed } from './timed.js';

/** The last vector of the answer has the wrong length. All vector faults need an embeddings request. */
export interface VectorLength extends Timed {
  readonly type: 'vector-length';
  /** How many values it has. @default half of the requested number */
  readonly length?: number;
}

/** The last value of the last vector is not a finite number. */
export interface VectorValue extends Timed {
  readonly type: 'vector-value';
  /**
   * The wrong value. JSON has neither, so in the float format `nan` is `null`, and `infinity` is `1e999`, which parses
   * as Infinity. @default 'nan'
   */
  readonly value?: 'nan' | 'infinity';
}

/** The last vector is missing: there is one vector fewer than inputs. */
export interface VectorMissing extends Timed {
  readonly type: 'vector-missing';
}
