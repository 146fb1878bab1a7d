import { Injectable } from '@nestjs/common';
import { health } from '../health/index.js';
import type { CircuitStateName } from '../index.js';

/** The result of a check of Terminus. */
export type HoldfastHealthResult<Key extends string> = Record<
  Key,
  {
    readonly status: 'up' | 'down';
    /** The state of each circuit, by its name. For circuits with keys: the state of the worst key. */
    readonly circuits: Readonly<Record<string, CircuitStateName>>;
  }
>;

/** An indicator for `@nestjs/terminus`, which holdfast does not load. `HoldfastModule` provides it. */
export class HoldfastHealthIndicator {
  /**
   * Returns the states of all circuits. The status is `down` if a circuit in `critical` is open or isolated, else `up`.
   * @throws {ConfigurationError} for unknown options
   */
  check<const Key extends string>(
    key: Key,
    options: { readonly critical?: readonly string[] } = {},
  ): HoldfastHealthResult<Key> {
    const { status, circuits } = health(options);
    const result = {
      status: status === 'down' ? ('down' as const) : ('up' as const),
      circuits: Object.fromEntries(circuits.map(({ name, state }) => [name, state])),
    };
    return { [key]: result } as HoldfastHealthResult<Key>;
  }
}

Injectable()(HoldfastHealthIndicator);
