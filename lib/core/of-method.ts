/** What events about a method say. */
export interface OfMethod {
  /** The decorated method, as `Class.method`. */
  readonly method: string;
}
