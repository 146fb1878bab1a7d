import type { Watching } from '../call/method-context.js';
import { type Clock, systemClock } from '../core/clock.js';
import { ConfigurationError } from '../core/errors.js';
import type { ResilienceEvent, SettingsRefused, SettingsReloaded } from '../core/events.js';
import { type Random, systemRandom } from '../core/random.js';
import { shared } from '../core/shared.js';
import { textsOf } from '../settings/check.js';
import { deepFreeze, refuse } from '../settings/load.js';
import { mergeSettings, problemsFor, problemsOf, unownedProblems } from '../settings/problems.js';
import type { Layers } from '../settings/layers.js';
import type { Settings } from '../settings/schema.js';
import { ownLogger } from '../telemetry/loggers/own.js';
import type { Writer } from '../telemetry/loggers/writer.js';
import { Telemetry } from '../telemetry/telemetry.js';
import { contradictionsOfMethods } from './checked-methods.js';
import { Follower } from './follower.js';
import type { PlacedHook } from './hook.js';
import { checkOverrides, type CheckedOverrides, type Overrides } from './overrides.js';
import { SettingsSource } from './source.js';

const MOST_PROBLEMS = 10;
const LONGEST_PROBLEM = 200;

/** Overrides, and an option that only the test helpers set. */
interface Override extends CheckedOverrides {
  readonly instantRetries?: boolean;
}

/** The overrides, the latest last, and the cached layers. */
const state = shared('runtime.overrides', () => ({
  overrides: [] as readonly Override[],
  layers: undefined as Layers | undefined,
}));

const source = shared('runtime.source', () => new SettingsSource());
const follower = shared(
  'runtime.follower',
  () => new Follower({ changed: () => renewUnasked('changes'), asked: () => renewUnasked('always') }),
);

/**
 * The current configuration. `version` grows with every change, so that a decorated method needs one comparison to know
 * whether its pipeline is still valid.
 */
export const runtime = shared('runtime', () => ({
  version: 1,
  clock: systemClock as Clock,
  random: systemRandom as Random,
  instantRetries: false,
  /** The number of exporters that need durations. */
  durationReaders: 0,
  /** The exporters that observe every call; undefined if there are none. */
  watching: undefined as Watching | undefined,
  /** The `classify` function of the latest `configure()` that sets one. */
  hooks: [] as readonly PlacedHook[],
  telemetry: new Telemetry(chooseWriter),
}));

/** How often the settings were reloaded. */
export const reloads = shared('runtime.reloads', () => ({ ok: 0, refused: 0 }));

/**
 * Sets settings, logger, clock, random source or `classify`, also for classes that are already defined.
 * @returns a function that undoes this call and keeps later calls of `configure()`
 * @throws {ConfigurationError} that lists every problem; then nothing changes
 */
export function configure(given: Overrides): () => void {
  return override(checkOverrides(given));
}

export function override(added: Override): () => void {
  if (added.settings) {
    const current = layers();
    const wrong = new Set(textsOf(problemsOf(current)));
    // Wrong settings of the environment or the file fail where they are used, not here. The options of methods are
    // checked at their next call, not here: methods of an earlier test may contradict the settings of the next test,
    // and only the garbage collector decides whether those methods still exist.
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

/** @throws {ConfigurationError} for settings that contradict each other, or the options of a method that works now */
function refuseContradictions(candidate: Layers, current: Layers): void {
  const wrong = new Set(textsOf(problemsOf(current)));
  const single = new Set(candidate.loaded.problems);
  refuse(problemsOf(candidate).filter((problem) => !single.has(problem) && !wrong.has(problem.text)));
  if (!mergeSettings(candidate).resilience.enabled) return;
  const problems = contradictionsOfMethods(candidate, mergeSettings(current).resilience.enabled ? current : undefined);
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/**
 * Reads the environment and the settings file again, and emits `settings_reloaded`. New settings apply from the next
 * call on. The state of circuits, bulkheads and all other policies is kept.
 * @returns the settings in effect, frozen
 * @throws {ConfigurationError} that lists every problem; then the previous settings stay, and the event
 * `settings_refused` holds the problems
 */
export function reload(): Settings {
  return renew('always');
}

/** @param emits when `settings_reloaded` is emitted: always, or only if a setting changed */
function renew(emits: 'always' | 'changes'): Settings {
  const before = source.loaded;
  try {
    const isNew = source.read((loaded) => {
      const current = layers();
      refuseContradictions({ ...current, loaded }, current);
    });
    if (isNew) refresh();
    const settings = deepFreeze(currentSettings());
    if (isNew || emits === 'always') {
      reloads.ok += 1;
      emit({ type: 'settings_reloaded' });
    }
    return settings;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    if (source.loaded !== before) refresh();
    reloads.refused += 1;
    emitRefused(error.problems);
    throw error;
  } finally {
    follow();
  }
}

/** Emits the first problems, shortened: a file with many mistakes must not fill the log. */
function emitRefused(problems: readonly string[]): void {
  const shown = problems.slice(0, MOST_PROBLEMS).map((problem) => {
    const line = problem.replace(/\s+/g, ' ');
    return line.length > LONGEST_PROBLEM ? `${line.slice(0, LONGEST_PROBLEM - 1)}…` : line;
  });
  emit({ type: 'settings_refused', reason: shown.join('; '), problems: problems.length });
}

/** Reloads without a caller: only the log and the listeners get the problems. */
function renewUnasked(emits: 'always' | 'changes'): void {
  try {
    renew(emits);
  } catch {
    // `renew` has emitted the problems.
  }
}

function emit(event: SettingsReloaded | SettingsRefused): void {
  runtime.telemetry.channel(event.type, '').audience(runtime.clock.now())?.(event);
}

/** Follows the file that was read last, also while it is wrong: its correction must be noticed. */
function follow(): void {
  const { file } = source;
  const isFollowed = file && currentSettings().resilience.watch;
  follower.follow(isFollowed ? file.absolute : undefined, file?.version);
}

/**
 * Calls `listener` with every event. An error that the listener throws does not affect the call.
 * @returns a function that stops it
 */
export function onEvent(listener: (event: ResilienceEvent) => void): () => void {
  if (typeof listener !== 'function') throw new ConfigurationError(['onEvent: expected a function']);
  return runtime.telemetry.listen(listener);
}

/**
 * All layers of settings: the same object until something changes. The environment and the file are read at the first
 * call, and at each reload.
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
  if (problems.length > 0) emitRefused(problems);
  return loaded;
}

/**
 * The settings in effect, without those of decorators and sections. Leaves out wrong values, so that only their users
 * fail; see {@link settingsOf}.
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
  runtime.telemetry.chooseWriterAgain();
  state.layers = undefined;
  runtime.clock = last('clock') ?? systemClock;
  runtime.random = last('random') ?? systemRandom;
  runtime.instantRetries = last('instantRetries') ?? false;
  const hook = last('classify');
  runtime.hooks = hook ? [{ hook, where: 'configure(): classify' }] : [];
  follow();
}

/** The writer of the current logger. */
function chooseWriter(): Writer {
  const configured = state.overrides.findLast(({ writer }) => writer)?.writer;
  return configured ?? ownLogger(currentSettings().log.level);
}
