import { channel } from 'node:diagnostics_channel';
import type { ResilienceEvent } from '../core/events.js';
import { shielded } from './shield.js';

/** The name of the diagnostics channel: every copy of the package in the process publishes here. */
export const CHANNEL = 'holdfast:event';

const published = channel(CHANNEL);

type Subscriber = (event: ResilienceEvent, name: string) => unknown;

/** Whether an event would be received. */
export function hasSubscribers(): boolean {
  return published.hasSubscribers;
}

/** Publishes a frozen event. */
export function publish(event: ResilienceEvent): void {
  // `publish()` reports what a subscriber throws as an uncaught exception, which ends the process. So each subscriber is
  // called here, as `publish()` would. If a version of Node keeps them elsewhere, `publish()` has to do.
  const { _subscribers: subscribers } = published as { readonly _subscribers?: unknown };
  if (!Array.isArray(subscribers)) published.publish(event);
  else for (const subscriber of subscribers as Subscriber[]) shielded(() => subscriber(event, CHANNEL));
}
