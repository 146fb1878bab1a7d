import type { Group } from '../row.js';
import { bodies } from './bodies.js';
import { callers } from './callers.js';
import { connections, misconfigurations } from './connections.js';
import { hints, statuses } from './statuses.js';
import { streams } from './streams.js';
import { writtenGroups } from './written.js';

/** Every fault that is known of the SDK and its upstream, in the order of the page. */
export const GROUPS: readonly Group[] = [
  callers,
  connections,
  misconfigurations,
  statuses,
  hints,
  bodies,
  streams,
  ...writtenGroups,
];
