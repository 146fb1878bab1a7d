import { join } from 'node:path';
import { openaiCircuit } from '../../openai/circuit.js';
import { configure, onEvent } from '../../runtime/runtime.js';
import { loadSettings } from '../../settings/load.js';
import type { Settings } from '../../settings/schema.js';
import { failureOfService } from '../errors.js';
import { ownPackage } from '../package-root.js';
import { ownDocs, readPassages } from '../passages/read-passages.js';
import { canRedraw, say } from '../terminal/output.js';
import { paint } from '../terminal/paint.js';
import { shortPath } from '../terminal/short-path.js';
import { wrap } from '../terminal/wrap.js';
import { LIVE_LINES, liveView } from './live-view.js';
import { plainView } from './plain-view.js';
import { play } from './play.js';
import { resultTable } from './result-table.js';
import { LOAD, PHASES } from './scenario.js';
import { seeded } from './seeded.js';
import { type Sides, takeSides } from './sides.js';
import { story } from './story.js';
import { Upstream } from './upstream.js';
import type { View } from './view.js';

/** Waits of seconds rather than of a minute, so that a short drill can show what they are for. */
const OWN_SETTINGS = join(ownPackage().root, 'docs', 'drill.json');

/** How the drill is run. */
export interface DrillOptions {
  /** How long all phases last together. */
  readonly seconds: number;
  readonly seed: number;
}

/**
 * Lets an embedded upstream go through good and bad phases while callers ask through holdfast, and others at the same
 * moments through the SDK alone; shows it as it goes on, and what came of it.
 * @throws {ConfigurationError} while the settings are wrong
 */
export async function drill({ seconds, seed }: DrillOptions, signal: AbortSignal): Promise<void> {
  const file = (process.env.RESILIENCE_CONFIG ??= OWN_SETTINGS);
  const settings = loadSettings();
  const passages = readPassages(ownDocs());
  sayRules(settings, seconds, file);

  let logLines = 0;
  const restore = configure({ random: seeded(seed), logger: { log: () => (logLines += 1) } });
  const upstreams = [await Upstream.start(seed), await Upstream.start(seed)] as const;
  try {
    const sides = await takeSides(upstreams, settings, passages, signal).catch((cause: unknown) => {
      throw failureOfService(cause);
    });
    const view = canRedraw(LIVE_LINES) ? liveView(sides, seconds * 1000, () => openaiCircuit.state) : plainView();
    await watch(view, sides, { seconds, seed }, signal);
    say(resultTable(sides));
    say();
    for (const sentence of story(sides)) say(wrap(sentence));
    say(`To the log holdfast wrote ${logLines} lines, which are left out here.`);
  } finally {
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    restore();
  }
}

async function watch(
  view: View,
  { holdfast, sdk }: Sides,
  { seconds, seed }: DrillOptions,
  signal: AbortSignal,
): Promise<void> {
  const silence = onEvent((event) => {
    if (event.type === 'circuit_opened' || event.type === 'circuit_half_open' || event.type === 'circuit_closed') {
      view.circuit(event.state);
    }
  });
  try {
    const onPhase = view.enter;
    await play({ sides: [holdfast, sdk], durationMs: seconds * 1000, seed, onPhase, signal });
  } finally {
    silence();
    view.end(signal.aborted);
  }
}

/** The terms of the comparison, so that nobody has to guess them. */
function sayRules({ resilience, retry, circuit, openai }: Settings, seconds: number, file: string): void {
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
        'A server works off its requests in order and does not notice when a caller has left; those that it turns away ' +
        `count against its rate limit too. On both sides a request may take ${openai.attemptTimeout}, and callers leave ` +
        `after ${LOAD.patienceMs / 1000} s, at the rate limit after ${LOAD.patienceAtLimitMs / 1000} s. Between two ` +
        `pieces of a stream holdfast waits ${openai.betweenChunks}; the SDK has no limit there.`,
    ),
  );
  say(
    wrap(
      file === OWN_SETTINGS ? `${shortPath(file)} shortens the waits: ${waits}.` : `Settings file ${file}: ${waits}.`,
    ),
  );
  if (!resilience.enabled) say('holdfast is switched off (resilience.enabled): its side makes each call once.');
  say();
}
