import type { CallObserver } from '../call/observer.js';
import { type Clock, systemClock } from '../core/clock.js';
import { ConfigurationError } from '../core/errors.js';
import type { ResilienceEvent, SettingsRefused, SettingsReloaded } from '../core/events.js';
import { type Random, systemRandom } from '../core/random.js';
import { readEnvironment } from '../settings/environment.js';
import { deepFreeze, type LoadedSettings } from '../settings/load.js';
import { mergeSettings } from '../settings/merge.js';
import type { Layers } from '../settings/resolve.js';
import { type Settings, type SettingsOverrides, schema } from '../settings/schema.js';
import { layOver } from '../settings/tree.js';
import { ownLogger } from '../telemetry/loggers/own.js';
import type { Writer } from '../telemetry/loggers/writer.js';
import { Telemetry } from '../telemetry/telemetry.js';
import { contradictionsOfMethods } from './bound.js';
import { Follower } from './follower.js';
import { checkOverrides, type CheckedOverrides, type Overrides } from './overrides.js';
import { SettingsSource } from './source.js';

/** Overrides, and what only the switches for tests set. */
interface Override extends CheckedOverrides {
  readonly instantRetries?: boolean;
}

let overrides: readonly Override[] = [];
let chosen: { readonly version: number; readonly writer: Writer } | undefined;

const source = new SettingsSource();
const follower = new Follower({
  changed: () => renewUnasked('changes'),
  asked: () => renewUnasked('always'),
});

/**
 * What is current. `version` grows with every change, so that a decorated method sees with one comparison whether what
 * it worked out before still holds.
 */
export const runtime = {
  version: 1,
  clock: systemClock as Clock,
  random: systemRandom as Random,
  instantRetries: false,
  /** True if an exporter asks for durations. */
  isTimed: false,
  /** The exporters that watch every call. */
  observers: [] as readonly CallObserver[],
  telemetry: new Telemetry(currentWriter),
};

/** How often the settings were read again. */
export const reloads = { ok: 0, refused: 0 };

/**
 * Sets settings, logger, clock or random source, also for classes that are defined already.
 * @returns a function that restores what was there, whatever has been configured since
 * @throws {ConfigurationError} that lists every problem; nothing is changed then
 */
export function configure(given: Overrides): () => void {
  return override(checkOverrides(given));
}

export function override(added: Override): () => void {
  const current = added.settings && layersIfRight();
  // Options of methods are left to their next call: a test may well leave methods behind that the next one's settings
  // do not suit, and whether any are left is up to the garbage collector.
  if (added.settings && current) mergeSettings({ ...current, configured: [...current.configured, added.settings] });
  overrides = [...overrides, added];
  refresh();
  return () => {
    overrides = overrides.filter((other) => other !== added);
    refresh();
  };
}

/** Settings of the environment or the file that are wrong are told where they are used, not by `configure()`. */
function layersIfRight(): Layers | undefined {
  try {
    return layers();
  } catch {
    return undefined;
  }
}

/** @throws {ConfigurationError} for settings that contradict each other, or the options of a method that works so far */
function refuseContradictions(candidate: Layers, current: Layers): void {
  if (!mergeSettings(candidate).resilience.enabled) return;
  const isOn = layOver(current.loaded.settings, current.configured).resilience.enabled;
  const problems = contradictionsOfMethods(candidate, isOn ? current : undefined);
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/**
 * Reads the environment and the settings file again. What is right holds from the next call on; circuits, bulkheads
 * and everything else that methods have learnt stay as they are. Told in the event `settings_reloaded`.
 * @returns the settings in effect, frozen
 * @throws {ConfigurationError} that lists every problem; the settings from before stay then, and the event
 * `settings_refused` says why
 */
export function reload(): Settings {
  return renew('always');
}

function renew(told: 'always' | 'changes'): Settings {
  try {
    const isNew = source.read((loaded) => {
      const current = layers();
      refuseContradictions({ ...current, loaded }, current);
    });
    if (isNew) refresh();
    const settings = deepFreeze(currentSettings());
    if (isNew || told === 'always') {
      reloads.ok += 1;
      tell({ type: 'settings_reloaded' });
    }
    return settings;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { problems } = error;
    reloads.refused += 1;
    tell({ type: 'settings_refused', reason: problems.join('; ').replace(/\s+/g, ' '), problems: problems.length });
    throw error;
  } finally {
    follow();
  }
}

/** Nobody is there to hear what is wrong but the log and the listeners. */
function renewUnasked(told: 'always' | 'changes'): void {
  try {
    renew(told);
  } catch {
    // Told already.
  }
}

function tell(event: SettingsReloaded | SettingsRefused): void {
  runtime.telemetry.channel(event.type, '').audience(runtime.clock.now())?.(event);
}

/** Follows the file that was read last, also while it is wrong: mending it helps then. */
function follow(): void {
  const { file } = source;
  const isFollowed = file && (settingsAnyway().resilience?.watch ?? schema.resilience.watch.default);
  follower.follow(isFollowed ? file.absolute : undefined, file?.version);
}

/**
 * Hears every event. What a listener throws changes no outcome.
 * @returns a function that ends it
 */
export function onEvent(listener: (event: ResilienceEvent) => void): () => void {
  if (typeof listener !== 'function') throw new ConfigurationError(['onEvent: expected a function']);
  return runtime.telemetry.listen(listener);
}

/**
 * Everything that has a say about settings. The environment and the file are read at the first call, and when they are
 * reloaded.
 * @throws {ConfigurationError} while they are wrong and none that were right have been read
 */
export function layers(): Layers {
  if (source.refused) throw source.refused;
  if (!source.loaded) {
    try {
      source.read();
    } finally {
      follow();
    }
  }
  return { loaded: source.loaded as LoadedSettings, configured: configured() };
}

function configured(): SettingsOverrides[] {
  return overrides.flatMap(({ settings }) => settings ?? []);
}

/** The settings in effect where no decorator and no section says otherwise. */
export function currentSettings(): Settings {
  return mergeSettings(layers());
}

/** Those that hold while some are wrong: then the file is not believed at all, and of the environment what is right. */
function settingsAnyway(): SettingsOverrides {
  try {
    return currentSettings();
  } catch {
    return layOver({}, [readEnvironment(process.env, []), ...configured()]);
  }
}

function refresh(): void {
  const latest = <K extends keyof Override>(key: K): Override[K] | undefined => {
    return overrides.findLast((one) => one[key] !== undefined)?.[key];
  };
  runtime.version += 1;
  runtime.clock = latest('clock') ?? systemClock;
  runtime.random = latest('random') ?? systemRandom;
  runtime.instantRetries = latest('instantRetries') ?? false;
  follow();
}

/** Asked for every event, so it looks at the settings only when something has changed. */
function currentWriter(): Writer {
  if (chosen?.version !== runtime.version) chosen = { version: runtime.version, writer: chooseWriter() };
  return chosen.writer;
}

function chooseWriter(): Writer {
  const configured = overrides.findLast(({ writer }) => writer)?.writer;
  return configured ?? ownLogger(settingsAnyway().log?.level ?? schema.log.level.default);
}
