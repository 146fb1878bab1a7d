import { join } from 'node:path';
import { ownPackage } from '#lib/cli/package-root.js';
import { say } from '#lib/cli/terminal/output.js';
import { paint } from '#lib/cli/terminal/paint.js';
import { wrap } from '#lib/cli/terminal/wrap.js';
import { configure, loadSettings, onEvent, type Settings } from 'holdfast';
import { serveDashboard } from 'holdfast/dashboard';
import { openaiCircuit } from 'holdfast/openai';
import { shortPath } from '../ask/short-path.js';
import { ownDocs, readPassages } from '../passages/read-passages.js';
import { failureOfService } from '../service-failure.js';
import { canRedraw, liveView } from './live-view.js';
import { plainView } from './plain-view.js';
import { play } from './play.js';
import { resultTable } from './result-table.js';
import { LOAD, PHASES } from './scenario.js';
import { seeded } from './seeded.js';
import { type Sides, prepareSides } from './sides.js';
import { story } from './story.js';
import { Upstream } from './upstream.js';
import type { View } from './view.js';

/** Waits of about a second instead of a minute, so that a short drill shows what they are for. */
const OWN_SETTINGS = join(ownPackage().root, 'drill', 'settings.json');

/** The options of the drill. */
export interface DrillOptions {
  /** How long all phases take together. */
  readonly seconds: number;
  readonly seed: number;
  /** Whether the live view of the process is served meanwhile. */
  readonly dashboard: boolean;
}

/**
 * Takes two embedded upstreams through good and bad phases. Callers ask one through holdfast, and at the same moments the
 * other through the SDK alone. Prints progress, then the results.
 * @throws {ConfigurationError} while the settings are wrong
 * @throws {CommandFailure} if the upstreams cannot be asked at all
 */
export async function drill({ seconds, seed, dashboard }: DrillOptions, signal: AbortSignal): Promise<void> {
  const file = (process.env.RESILIENCE_CONFIG ||= OWN_SETTINGS);
  const settings = loadSettings();
  const passages = readPassages(ownDocs());
  printRules(settings, seconds, file);

  let logLines = 0;
  const restore = configure({ random: seeded(seed), logger: { log: () => (logLines += 1) } });
  const served = dashboard ? await serveDashboard() : undefined;
  if (served) say(`Live view, until the drill ends: ${served.url}\n`);
  const upstreams = [await Upstream.start(seed), await Upstream.start(seed)] as const;
  try {
    const sides = await prepareSides(upstreams, settings, passages, signal).catch((cause: unknown) => {
      throw failureOfService(cause);
    });
    const view = canRedraw() ? liveView(sides, seconds * 1000, () => openaiCircuit.state) : plainView();
    await watch(view, sides, { seconds, seed }, signal);
    say(resultTable(sides));
    say();
    for (const sentence of story(sides)) say(wrap(sentence));
    say(`holdfast wrote ${logLines} log lines, which are left out here.`);
  } finally {
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    await served?.close();
    restore();
  }
}

async function watch(
  view: View,
  { holdfast, sdk }: Sides,
  { seconds, seed }: Pick<DrillOptions, 'seconds' | 'seed'>,
  signal: AbortSignal,
): Promise<void> {
  const unsubscribe = onEvent((event) => {
    if (event.type === 'circuit_opened' || event.type === 'circuit_half_open' || event.type === 'circuit_closed') {
      view.circuit(event.state);
    }
  });
  try {
    const onPhase = view.enter;
    await play({ sides: [holdfast, sdk], durationMs: seconds * 1000, seed, onPhase, signal });
  } finally {
    unsubscribe();
    view.end(signal.aborted);
  }
}

/** Prints what the two sides have in common and where they differ. */
function printRules({ resilience, retry, circuit, openai }: Settings, seconds: number, file: string): void {
  const waits = `retries wait ${retry.minWait} to ${retry.maxWait}, an open circuit ${circuit.recoveryTimeout}`;
  say(
    paint(
      'bold',
      `holdfast drill: ${PHASES.length} phases in ${seconds} s, about ${1000 / LOAD.gapMs} questions a second`,
    ),
  );
  say(
    wrap(
      'Each question is asked twice at the same moment: through EmbeddingService and GenerationService, and through ' +
        'the openai SDK alone with its own retries. Each side has a server of its own, with the same chance of faults. ' +
        'A server processes its requests in order and does not notice when a caller has left; requests that it rejects ' +
        `count against its rate limit too. On both sides a request may take ${openai.attemptTimeout}, and callers leave ` +
        `after ${LOAD.patienceMs / 1000} s, at the rate limit after ${LOAD.patienceAtLimitMs / 1000} s. Between two ` +
        `chunks of a stream holdfast waits ${openai.betweenChunks}; the SDK has no limit there.`,
    ),
  );
  say(
    wrap(
      file === OWN_SETTINGS ? `${shortPath(file)} shortens the waits: ${waits}.` : `Settings file ${file}: ${waits}.`,
    ),
  );
  if (!resilience.enabled)
    say('holdfast is switched off (resilience.enabled): its side makes each call once, without retries.');
  say();
}
