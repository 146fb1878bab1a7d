import { named, type Part, type Warning } from './stack.js';

/** The circuit of one method. */
export interface CircuitOfMethod {
  readonly method: string;
  readonly circuit: Part;
}

/** Options that may differ between methods that share a circuit. */
const OWN: ReadonlySet<string> = new Set(['circuit', 'fallbackOn']);

/**
 * Warnings about methods that share a circuit by name but have different options: each call uses its method's options.
 */
export function disagreements(circuits: readonly CircuitOfMethod[]): Warning[] {
  return circuits.flatMap((one) =>
    circuits
      .filter(({ circuit }) => isSame(one.circuit, circuit) && differingOptions(one.circuit, circuit).length > 0)
      .map((other) => ({ at: one.circuit, says: sentence(one, other) })),
  );
}

/** Circuits with keys and a circuit without keys are different, even with the same name. */
function isSame({ values: one }: Part, { values: other }: Part): boolean {
  return (
    one.circuit !== undefined && one.circuit === other.circuit && (one.key === undefined) === (other.key === undefined)
  );
}

function differingOptions(one: Part, other: Part): string[] {
  return Object.keys(one.settings).filter((option) => !OWN.has(option) && one.values[option] !== other.values[option]);
}

function sentence({ circuit }: CircuitOfMethod, other: CircuitOfMethod): string {
  const differing = differingOptions(circuit, other.circuit);
  const list = (part: Part): string => differing.map((option) => named(part, option)).join(', ');
  const name = String(circuit.values.circuit);
  return `${list(circuit)} here, but ${list(other.circuit)} in ${other.method}, which shares the circuit "${name}": each uses its own; write the same in both, or set it in circuits.${name} for all`;
}
