import type { CallObserver } from '../call/observer.js';
import { type Clock, systemClock } from '../core/clock.js';
import { ConfigurationError } from '../core/errors.js';
import type { ResilienceEvent, SettingsRefused, SettingsReloaded } from '../core/events.js';
import { type Random, systemRandom } from '../core/random.js';
import { shared } from '../core/shared.js';
import { textsOf } from '../settings/check.js';
import { deepFreeze, refuse } from '../settings/load.js';
import { mergeSettings, problemsFor, problemsOf, unownedProblems } from '../settings/problems.js';
import type { Layers } from '../settings/resolve.js';
import type { Settings } from '../settings/schema.js';
import { ownLogger } from '../telemetry/loggers/own.js';
import type { Writer } from '../telemetry/loggers/writer.js';
import { Telemetry } from '../telemetry/telemetry.js';
import { contradictionsOfMethods } from './bound.js';
import { Follower } from './follower.js';
import type { PlacedHook } from './hook.js';
import { checkOverrides, type CheckedOverrides, type Overrides } from './overrides.js';
import { SettingsSource } from './source.js';

const MOST_PROBLEMS = 10;
const LONGEST_PROBLEM = 200;

/** Overrides, and what only the switches for tests set. */
interface Override extends CheckedOverrides {
  readonly instantRetries?: boolean;
}

/** The overrides, the latest last, and the layers until something changes. */
const state = shared('runtime.overrides', () => ({
  overrides: [] as readonly Override[],
  layers: undefined as Layers | undefined,
}));
let chosen: { readonly version: number; readonly writer: Writer } | undefined;

const source = shared('runtime.source', () => new SettingsSource());
const follower = shared(
  'runtime.follower',
  () => new Follower({ changed: () => renewUnasked('changes'), asked: () => renewUnasked('always') }),
);

/**
 * What is current. `version` grows with every change, so that a decorated method sees with one comparison whether what
 * it worked out before still holds.
 */
export const runtime = shared('runtime', () => ({
  version: 1,
  clock: systemClock as Clock,
  random: systemRandom as Random,
  instantRetries: false,
  /** How many exporters ask for durations. */
  durationReaders: 0,
  /** The exporters that watch every call. */
  observers: [] as readonly CallObserver[],
  /** The `classify` function of the latest `configure()` that has one. */
  hooks: [] as readonly PlacedHook[],
  telemetry: new Telemetry(currentWriter),
}));

/** How often the settings were read again. */
export const reloads = shared('runtime.reloads', () => ({ ok: 0, refused: 0 }));

/**
 * Sets settings, logger, clock, random source or `classify`, also for classes that are defined already.
 * @returns a function that restores what was there, whatever has been configured since
 * @throws {ConfigurationError} that lists every problem; nothing is changed then
 */
export function configure(given: Overrides): () => void {
  return override(checkOverrides(given));
}

export function override(added: Override): () => void {
  if (added.settings) {
    const current = layers();
    const wrong = new Set(textsOf(problemsOf(current)));
    // Settings of the environment or the file that are wrong fail where they are used, not here. Options of methods are
    // left to their next call: a test may well leave methods behind that the next one's settings do not suit, and whether
    // any are left is up to the garbage collector.
    const candidate = { ...current, configured: [...current.configured, added.settings] };
    refuse(problemsOf(candidate).filter(({ text }) => !wrong.has(text)));
  }
  state.overrides = [...state.overrides, added];
  refresh();
  return () => {
    state.overrides = state.overrides.filter((other) => other !== added);
    refresh();
  };
}

/** @throws {ConfigurationError} for settings that contradict each other, or the options of a method that works so far */
function refuseContradictions(candidate: Layers, current: Layers): void {
  const wrong = new Set(textsOf(problemsOf(current)));
  const single = new Set(candidate.loaded.problems);
  refuse(problemsOf(candidate).filter((problem) => !single.has(problem) && !wrong.has(problem.text)));
  if (!mergeSettings(candidate).resilience.enabled) return;
  const problems = contradictionsOfMethods(candidate, mergeSettings(current).resilience.enabled ? current : undefined);
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
  const before = source.loaded;
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
    if (source.loaded !== before) refresh();
    reloads.refused += 1;
    tellRefused(error.problems);
    throw error;
  } finally {
    follow();
  }
}

/** A file that is wrong all over must not fill the log. */
function tellRefused(problems: readonly string[]): void {
  const shown = problems.slice(0, MOST_PROBLEMS).map((problem) => {
    const line = problem.replace(/\s+/g, ' ');
    return line.length > LONGEST_PROBLEM ? `${line.slice(0, LONGEST_PROBLEM - 1)}…` : line;
  });
  tell({ type: 'settings_refused', reason: shown.join('; '), problems: problems.length });
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
  const isFollowed = file && currentSettings().resilience.watch;
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
 * Everything that has a say about settings: the same object until something changes. The environment and the file are
 * read at the first call, and when they are reloaded.
 */
export function layers(): Layers {
  const loaded = source.loaded ?? readFirst();
  if (state.layers?.loaded !== loaded)
    state.layers = { loaded, configured: state.overrides.flatMap(({ settings }) => settings ?? []) };
  return state.layers;
}

function readFirst(): Layers['loaded'] {
  const loaded = source.first();
  state.layers = undefined;
  follow();
  const problems = textsOf(unownedProblems(loaded));
  if (problems.length > 0) tellRefused(problems);
  return loaded;
}

/**
 * The settings in effect if no decorator and no section says otherwise. Values that are wrong are left out, so that
 * those who do not use them go on; see {@link settingsOf}.
 */
export function currentSettings(): Settings {
  return mergeSettings(layers());
}

/**
 * The settings of one group.
 * @throws {ConfigurationError} while they are wrong
 */
export function settingsOf<G extends keyof Settings>(group: G): Settings[G] {
  const current = layers();
  refuse(problemsFor(current, { groups: new Set([group]) }));
  return mergeSettings(current)[group];
}

function refresh(): void {
  const last = <K extends keyof Override>(key: K): Override[K] | undefined => {
    return state.overrides.findLast((one) => one[key] !== undefined)?.[key];
  };
  runtime.version += 1;
  state.layers = undefined;
  runtime.clock = last('clock') ?? systemClock;
  runtime.random = last('random') ?? systemRandom;
  runtime.instantRetries = last('instantRetries') ?? false;
  const hook = last('classify');
  runtime.hooks = hook ? [{ hook, where: 'configure(): classify' }] : [];
  follow();
}

/** Asked for every event, so it looks at the settings only when something has changed. */
function currentWriter(): Writer {
  if (chosen?.version !== runtime.version) chosen = { version: runtime.version, writer: chooseWriter() };
  return chosen.writer;
}

function chooseWriter(): Writer {
  const configured = state.overrides.findLast(({ writer }) => writer)?.writer;
  return configured ?? ownLogger(currentSettings().log.level);
}
