import { aws } from './aws.js';
import { axiosRetry } from './axios-retry.js';
import { holdfast, holdfastLimited } from './holdfast.js';
import { oracle } from './oracle.js';
import { pRetry } from './p-retry.js';
import { sdk } from './sdk.js';

/** Side by side, in the order of the tables. `id` is what `--only` takes. */
export const CLIENTS = Object.entries({
  sdk,
  'p-retry': pRetry,
  'axios-retry': axiosRetry,
  aws,
  holdfast,
  'holdfast-limited': holdfastLimited,
  oracle,
}).map(([id, client]) => ({ id, ...client }));
