import { trace } from '@opentelemetry/api';
import { levelOf } from '../core/event-kinds.js';
import type { ResilienceEvent } from '../core/events.js';
import { entryOf } from '../telemetry/entry.js';

/** What is needed of a `LoggerProvider` of `@opentelemetry/api-logs`, which only users of `events: 'log'` have. */
export interface LogProvider {
  // oxlint-disable-next-line typescript/no-explicit-any -- its record is a type of that package
  getLogger(name: string): { emit(record: any): void };
}

/** Hands events on to OpenTelemetry, with the fields of the log alone. */
export function emitter(where: 'span' | 'log', provider: LogProvider | undefined): (event: ResilienceEvent) => void {
  if (where === 'span')
    return (event) => void trace.getActiveSpan()?.addEvent(`holdfast.${event.type}`, attributesOf(event));
  const log = logger(provider);
  return (event) => void log(event);
}

/** Loads the API of logs when it is asked for: most users have no need of it. */
function logger(provider: LogProvider | undefined): (event: ResilienceEvent) => Promise<void> {
  const loaded = import('@opentelemetry/api-logs').then(({ logs, SeverityNumber }) => ({
    emitter: (provider ?? logs).getLogger('holdfast'),
    severity: { ...{ error: SeverityNumber.ERROR, warn: SeverityNumber.WARN }, info: SeverityNumber.INFO },
    debug: SeverityNumber.DEBUG,
  }));
  // Without the package nothing is logged; whoever asked for logs has it.
  loaded.catch(() => undefined);
  return async (event) => {
    const level = levelOf(event);
    const { emitter, severity, debug } = await loaded;
    emitter.emit({
      eventName: `holdfast.${event.type}`,
      severityNumber: level === 'debug' ? debug : severity[level],
      severityText: level,
      attributes: attributesOf(event),
    });
  };
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
