import { longestSequenceMs } from './lasting.js';
import { ABSENT, isDefault, isWrittenHere, msOf, named, type Part, type Rule, type Stack } from './stack.js';

// Rules about options of a circuit that can have no effect. A rule gives no warning if an option that it compares is
// absent.

/** Makes a rule of a function that returns one warning about the circuit, or undefined. */
function ofCircuit(find: (circuit: Part, stack: Stack) => string | undefined): Rule {
  return (stack) => {
    const says = find(stack.circuit, stack);
    return says === undefined ? [] : [{ at: stack.circuit, says }];
  };
}

const isSet = (circuit: Part, option: string): boolean => (circuit.values[option] ?? undefined) !== undefined;
/** Unlike `isSet`, true for null: a fallback may answer with null. */
const isGiven = (circuit: Part, option: string): boolean => circuit.values[option] !== undefined;

const shadow = ofCircuit((circuit) => {
  if (circuit.values.shadow !== true) return undefined;
  const base = 'shadow true refuses nobody: the circuit is only watched';
  const fallback = isGiven(circuit, 'fallback') && circuit.values.fallbackOn !== 'failure';
  return `${base}${fallback ? ', and its fallback never answers' : ''}; write shadow: false once it can be trusted`;
});

/** No warning if it is set for all circuits: some of them may have no fallback. */
const fallbackOn = ofCircuit((circuit) => {
  if (isGiven(circuit, 'fallback') || !isWrittenHere(circuit, 'fallbackOn')) return undefined;
  return `${named(circuit, 'fallbackOn')} without a fallback does nothing; write a fallback, or leave fallbackOn out`;
});

const maxKeys = ofCircuit((circuit) => {
  if (isGiven(circuit, 'key') || !isWrittenHere(circuit, 'maxKeys')) return undefined;
  return `${named(circuit, 'maxKeys')} without a key function does nothing; write key: (…) => …, or leave maxKeys out`;
});

const growth = ofCircuit((circuit) => {
  const isGrowing = circuit.values.recoveryGrowth !== 1;
  const [first, longest] = [msOf(circuit, 'recoveryTimeout'), msOf(circuit, 'maxRecoveryTimeout')];
  if (!isGrowing && isWrittenHere(circuit, 'maxRecoveryTimeout') && longest !== first)
    return `${named(circuit, 'maxRecoveryTimeout')} is never reached, because with ${named(circuit, 'recoveryGrowth')} the circuit always stays open for ${named(circuit, 'recoveryTimeout')}; write recoveryGrowth: 2, or leave maxRecoveryTimeout out`;
  if (isGrowing && longest === first)
    return `${named(circuit, 'recoveryGrowth')} does nothing, because ${named(circuit, 'maxRecoveryTimeout')} is not above ${named(circuit, 'recoveryTimeout')}; write a longer maxRecoveryTimeout, or leave it out`;
  return undefined;
});

/** Attempts that hang are not ended by the circuit's opening: only the waits between them are. */
const recovery = ofCircuit((circuit, { attempt, whole }) => {
  const [limited, of] = Number.isNaN(msOf(attempt, 'limit')) ? [whole, 'the whole call'] : [attempt, 'each attempt'];
  if (!(msOf(circuit, 'recoveryTimeout') < msOf(limited, 'limit'))) return undefined;
  if (isDefault(circuit, 'recoveryTimeout') || isDefault(limited, 'limit')) return undefined;
  return `${named(circuit, 'recoveryTimeout')} is below ${named(limited, 'limit')} of ${of}, so the circuit asks again while calls of before still hang; write recoveryTimeout: '${String(limited.values.limit)}' or more, or a shorter limit`;
});

const slowCall = ofCircuit((circuit, stack) => {
  const slowMs = msOf(circuit, 'slowCall');
  const { whole, attempt, retry, rateLimit, concurrency } = stack;
  if (slowMs >= msOf(whole, 'limit'))
    return `${named(circuit, 'slowCall')} is not below ${named(whole, 'limit')} of the whole call, so no call that ends well is ever slow; write a shorter slowCall`;
  // Waits for a rate limit or in a queue belong to the call, but to none of its attempts.
  if (rateLimit !== ABSENT || concurrency !== ABSENT || !(slowMs >= longestSequenceMs(stack))) return undefined;
  const times = retry === ABSENT ? '' : `${named(retry, 'maxAttempts')} of `;
  return `${named(circuit, 'slowCall')} is not below the longest that ${times}${named(attempt, 'limit')} can take, waits included, so no call that ends well is ever slow; write a shorter slowCall`;
});

const windowOfSlowCalls = ofCircuit((circuit) => {
  if (!(msOf(circuit, 'window') < msOf(circuit, 'slowCall'))) return undefined;
  return `${named(circuit, 'window')} is below ${named(circuit, 'slowCall')}, so a slow call outlasts what it is counted in; write a window of several times slowCall`;
});

const windowOfNothing = ofCircuit((circuit) => {
  // A slowCallRate requires slowCall, so one check covers both.
  if (isSet(circuit, 'failureRate') || isSet(circuit, 'slowCall')) return undefined;
  const idle = ['window', 'minimumCalls'].find((option) => isWrittenHere(circuit, option));
  if (idle === undefined) return undefined;
  return `${named(circuit, idle)} does nothing without failureRate or slowCallRate; write failureRate: 0.5, or leave ${idle} out`;
});

export const CIRCUIT_RULES: readonly Rule[] = [
  shadow,
  fallbackOn,
  maxKeys,
  growth,
  recovery,
  slowCall,
  windowOfSlowCalls,
  windowOfNothing,
];
