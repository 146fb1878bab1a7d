import { trace } from '@opentelemetry/api';
import { ConfigurationError } from '../core/errors.js';
import { levelOf } from '../core/event-kinds.js';
import type { ResilienceEvent } from '../core/events.js';
import type { Level } from '../core/levels.js';
import { loadPackage } from '../core/load-package.js';
import { entryOf } from '../telemetry/entry.js';
import type { LogProvider } from './providers.js';

/** OpenTelemetry's severity numbers of the levels. */
const SEVERITIES: Readonly<Record<Level, number>> = { debug: 5, info: 9, warn: 13, error: 17 };

const LOGS = '@opentelemetry/api-logs';

/**
 * Passes events to OpenTelemetry, with the same fields as in the log.
 * @throws {ConfigurationError} for `log` without a provider, if `@opentelemetry/api-logs` is not installed
 */
export function emitter(where: 'span' | 'log', provider: LogProvider | undefined): (event: ResilienceEvent) => void {
  if (where === 'span')
    return (event) => void trace.getActiveSpan()?.addEvent(`holdfast.${event.type}`, attributesOf(event));
  const logger = (provider ?? globalLogs()).getLogger('holdfast');
  return (event) => {
    const level = levelOf(event);
    const [eventName, attributes] = [`holdfast.${event.type}`, attributesOf(event)];
    logger.emit({ eventName, severityNumber: SEVERITIES[level], severityText: level, attributes });
  };
}

/** Loads the package only when it is needed: few users have installed it. */
function globalLogs(): LogProvider {
  const loaded = loadPackage(LOGS) as { readonly logs: LogProvider } | undefined;
  if (loaded) return loaded.logs;
  throw new ConfigurationError([
    `instrument: events: "log" needs ${LOGS}, which is not installed. Run: npm install ${LOGS}, or set loggerProvider`,
  ]);
}

function attributesOf(event: ResilienceEvent): Record<string, string | number | boolean | string[]> {
  const { level: _level, message: _message, ...fields } = entryOf(event, levelOf(event), 0);
  const attributes: Record<string, string | number | boolean | string[]> = {};
  for (const [name, value] of Object.entries(fields)) {
    const key = name === 'kind' ? 'error.type' : `holdfast.${name}`;
    if (Array.isArray(value)) attributes[key] = value.map(String);
    else if (typeof value === 'number' || typeof value === 'boolean') attributes[key] = value;
    else attributes[key] = String(value);
  }
  return attributes;
}
