import { named, type Part, type Warning } from './stack.js';

/** The circuit of one method. */
export interface CircuitOfMethod {
  readonly method: string;
  readonly circuit: Part;
}

/** What is each method's own, although the circuit is shared. */
const OWN: ReadonlySet<string> = new Set(['circuit', 'fallbackOn']);

/** Methods that share a circuit by name and have different options for it: each settles its calls with its own options. */
export function disagreements(circuits: readonly CircuitOfMethod[]): Warning[] {
  return circuits.flatMap((one) =>
    circuits
      .filter(({ circuit }) => isSame(one.circuit, circuit) && differingOptions(one.circuit, circuit).length > 0)
      .map((other) => ({ at: one.circuit, says: sentence(one, other) })),
  );
}

/** Circuits with keys and the one without are not the same, whatever their name. */
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
