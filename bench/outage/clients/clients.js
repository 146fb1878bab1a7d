import { cockatielCircuitOutside, cockatielRetryOutside } from './cockatiel.js';
import { holdfast, holdfastSingleProbes, holdfastSooner, holdfastWithoutCircuit } from './holdfast.js';
import { opossumCircuitOutside, opossumRetryOutside } from './opossum.js';
import { oracle } from './oracle.js';
import { sdk } from './sdk.js';
import { unprotected } from './unprotected.js';

/** Side by side, in the order of the tables. `id` is what `--only` takes. */
export const CLIENTS = Object.entries({
  none: unprotected,
  sdk,
  'cockatiel-retry-outside': cockatielRetryOutside,
  'cockatiel-circuit-outside': cockatielCircuitOutside,
  'opossum-retry-outside': opossumRetryOutside,
  'opossum-circuit-outside': opossumCircuitOutside,
  holdfast,
  'holdfast-sooner': holdfastSooner,
  'holdfast-single-probes': holdfastSingleProbes,
  'holdfast-without-circuit': holdfastWithoutCircuit,
  oracle,
}).map(([id, client]) => ({ id, ...client }));
