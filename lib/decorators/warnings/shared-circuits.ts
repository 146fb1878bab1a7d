import { named, type Part, type Warning } from './stack.js';

/** The circuit of one method. */
export interface CircuitOfMethod {
  readonly method: string;
  readonly circuit: Part;
}

/** What is each method's own, although the circuit is shared. */
const OWN: ReadonlySet<string> = new Set(['circuit', 'fallbackOn']);

/** Methods that share a circuit by name and disagree about it: each goes by its own options when it settles a call. */
export function disagreements(circuits: readonly CircuitOfMethod[]): Warning[] {
  return circuits.flatMap((one) =>
    circuits.flatMap((other): Warning[] => {
      if (one === other || !isSame(one.circuit, other.circuit)) return [];
      const differing = differingOptions(one.circuit, other.circuit);
      return differing.length > 0 ? [{ at: one.circuit, says: sentence(one, other, differing) }] : [];
    }),
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

function sentence({ circuit }: CircuitOfMethod, other: CircuitOfMethod, differing: readonly string[]): string {
  const list = (part: Part): string => differing.map((option) => named(part, option)).join(', ');
  const name = String(circuit.values.circuit);
  return `${list(circuit)} here, but ${list(other.circuit)} in ${other.method}, which shares the circuit "${name}": each goes by its own; write the same in both, or set it in circuits.${name} for all`;
}
