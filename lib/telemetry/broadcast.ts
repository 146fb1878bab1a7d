import { channel } from 'node:diagnostics_channel';
import type { ResilienceEvent } from '../core/events.js';
import { shielded } from './shield.js';

/** The name of the diagnostics channel: every copy of the package in the process publishes here. */
export const CHANNEL = 'holdfast:event';

const diagnosticsChannel = channel(CHANNEL);

type Subscriber = (event: ResilienceEvent, name: string) => unknown;

/** True if the diagnostics channel has subscribers. */
export function hasSubscribers(): boolean {
  return diagnosticsChannel.hasSubscribers;
}

/** Publishes a frozen event. */
export function publish(event: ResilienceEvent): void {
  // `publish()` reports an error of a subscriber as an uncaught exception, which ends the process. So the subscribers
  // are called here, as `publish()` would do. If a version of Node stores them elsewhere, `publish()` is used.
  const { _subscribers: subscribers } = diagnosticsChannel as { readonly _subscribers?: unknown };
  if (!Array.isArray(subscribers)) diagnosticsChannel.publish(event);
  else for (const subscriber of subscribers as Subscriber[]) shielded(() => subscriber(event, CHANNEL));
}
