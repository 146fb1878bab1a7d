import type { State } from '../../state.js';
import { Controls } from './controls.js';
import { $, MOST_SHOWN } from './dom.js';
import { Events, type Told } from './events.js';
import { FleetView } from './fleet-view.js';
import { count, matches, seconds, time } from './format.js';
import { circuitsIn, fleetsIn, methodsIn } from './model.js';
import { Sources } from './sources.js';
import { ask, messagesOf } from './stream.js';
import { drawLimits, drawMethods, drawSettings } from './tables.js';
import { Tiles, trouble } from './tiles.js';
import { Verdict } from './verdict.js';

/** A tick arrives each second. After this time without one, the page warns. */
const SILENT_MS = 4000;
const AGAIN_MS = 1000;

const sources = new Sources();
const events = new Events();
let token = decodeURIComponent(location.hash.slice(1));
const controls = new Controls((path, init) => ask(path, token, init));
const tiles = new Tiles(controls);
const fleetView = new FleetView(controls);
const verdict = new Verdict((circuit) => tiles.focus(circuit));

/** When the last message arrived: on the clock of this page, and as the time of day. */
let heard: { readonly at: number; readonly time: number } | undefined;
let problem = '';
/** Processes that `holdfast dashboard` cannot reach. */
let away: readonly string[] = [];

function draw(): void {
  const at = performance.now();
  drawConnection(at);
  // Without new data, the page is not redrawn.
  if (!heard || problem !== '' || at - heard.at > SILENT_MS) return;
  sources.forgetThoseGone(at);
  const { states } = sources;
  const find = $<HTMLInputElement>('find').value.toLowerCase();
  const fleets = fleetsIn(states);
  const methods = methodsIn(sources, at);
  const circuits = circuitsIn(sources, methods, fleets, at).toSorted(
    (a, b) => trouble(b) - trouble(a) || (a.name < b.name ? -1 : 1),
  );
  controls.fleets = fleets;
  const found = circuits.filter(({ name }) => matches(find, name));
  tiles.draw(found.slice(0, MOST_SHOWN), at);
  const note = noteOn(found.length, circuits.length);
  $('none').hidden = note === '';
  if ($('none').textContent !== note) $('none').textContent = note;
  drawMethods(methods.filter(({ name, circuit }) => matches(find, name, circuit)));
  drawLimits(states.map(({ inspection }) => inspection));
  drawSettings(states);
  fleetView.draw(fleets, circuits);
  verdict.draw({ circuits, methods, fleets, gates: states.flatMap(({ inspection }) => inspection.gates) });
  $('source').textContent =
    states.length === 1
      ? (states[0]?.source ?? '')
      : states
          .map(({ source }) => source)
          .join(', ')
          .slice(0, 80);
}

/** What the tiles do not say. */
function noteOn(found: number, all: number): string {
  if (found > MOST_SHOWN) return `And ${found - MOST_SHOWN} more: find a circuit by its name.`;
  if (found > 0) return '';
  return all > 0
    ? 'No circuit matches this name.'
    : 'No circuit has been used yet. Each appears here at the first call of a method that it protects.';
}

/** Shows the state of the connection, and a warning if values are old or processes are silent. */
function drawConnection(at: number): void {
  const isOld = heard !== undefined && at - heard.at > SILENT_MS;
  const isLive = heard !== undefined && !isOld && problem === '';
  $('link').className = isLive ? 'link on' : 'link';
  $('link').textContent = isLive ? 'live' : heard ? 'no connection' : 'connecting';
  document.body.classList.toggle('old', isOld || (heard !== undefined && problem !== ''));
  const silent = [...new Set([...away, ...sources.silentFor(SILENT_MS, at)])];
  const text =
    heard && (isOld || problem !== '')
      ? `${problem || 'The process sends nothing.'} The values are from ${time(heard.time)}, ${seconds(at - heard.at)} ago. Reconnecting.`
      : problem ||
        (silent.length > 0 ? `${count(silent.length, 'process', 'processes')} silent: ${silent.join(', ')}` : '');
  $('stale').hidden = text === '';
  if ($('stale').textContent !== text) $('stale').textContent = text;
}

function hear(type: string, data: unknown): void {
  heard = { at: performance.now(), time: Date.now() };
  if (type === 'event') events.add(data as Told);
  else if (type === 'settings') sources.hearSettings(data as Pick<State, 'source' | 'settings'>);
  else if (type === 'away') away = data as readonly string[];
  else {
    sources.hear(data as State, heard.at);
    if (type === 'hello') draw();
  }
}

/** Reads the stream and reconnects whenever it ends. Stops if the page needs a token. */
async function follow(): Promise<void> {
  for (;;) {
    try {
      const answer = await ask('events', token);
      if (answer.status === 401) return askForToken();
      if (!answer.ok || !answer.body) throw new Error(`${(await answer.text()).trim()} (${answer.status}).`);
      problem = '';
      for await (const { type, data } of messagesOf(answer.body)) hear(type, data);
      problem = 'The connection has ended.';
    } catch (error) {
      problem = error instanceof TypeError ? 'No connection.' : `No stream: ${(error as Error).message}`;
    }
    draw();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

function askForToken(): void {
  $('ask').hidden = false;
  $('main').hidden = $('verdict').hidden = true;
  $('link').textContent = 'needs a token';
  $('token').focus();
}

$('ask').onsubmit = (event) => {
  event.preventDefault();
  token = $<HTMLInputElement>('token').value;
  $<HTMLInputElement>('token').value = '';
  $('ask').hidden = true;
  $('main').hidden = $('verdict').hidden = false;
  void follow();
};
$('find').oninput = draw;
document.onkeydown = (event) => {
  const isTyping = event.target instanceof HTMLInputElement;
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  $('find').focus();
};
setInterval(draw, 1000);
void follow();
