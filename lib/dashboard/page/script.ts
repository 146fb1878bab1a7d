// What runs in the browser. Names come into the page as text alone.
export const SCRIPT = String.raw`
'use strict';
const $ = (id) => document.getElementById(id);
const el = (tag, className, text) => { const e = document.createElement(tag); if (className) e.className = className; if (text !== undefined) e.textContent = text; return e; };
const sources = new Map(), history = new Map(), tiles = new Map(), events = [];
let token = decodeURIComponent(location.hash.slice(1)), shownSettings = '';
const RANK = { isolated: 3, open: 4, 'half-open': 2, closed: 0 };
const number = (n) => n >= 100 ? Math.round(n).toLocaleString('en') : n >= 10 ? n.toFixed(0) : n === 0 ? '0' : n.toFixed(1);
const share = (n) => n === 0 ? '0 %' : n < 0.01 ? '<1 %' : Math.round(n * 100) + ' %';
const headers = () => ({ authorization: 'Bearer ' + token });

// --- numbers: everything that the processes have counted, added up by name
const total = (calls, outcome, type) => calls.filter((c) => c.outcome === outcome && (!type || c.errorType === type)).reduce((n, c) => n + c.count, 0);
const sum = (values) => values.reduce((n, v) => n + v, 0);
function methodsNow() {
  const found = new Map();
  for (const { inspection } of sources.values()) for (const m of inspection.methods) {
    const ended = sum(m.calls.map((c) => c.count));
    const one = found.get(m.method) ?? { method: m.method, circuit: m.circuit, ended: 0, failed: 0, refused: 0, fallback: 0, active: 0, attempts: 0, recovered: 0, retries: 0, won: 0, hedges: 0, limit: 0, running: 0, queued: 0, tokens: 100 };
    one.ended += ended; one.failed += total(m.calls, 'failure'); one.refused += total(m.calls, 'refused'); one.fallback += total(m.calls, 'fallback');
    one.active += m.started - ended; one.attempts += m.attempts; one.recovered += m.recovered; one.retries += sum(Object.values(m.retries));
    one.won += m.hedges.won; one.hedges += m.hedges.started; one.tokens = Math.min(one.tokens, m.budget.tokens);
    if (m.bulkhead) { one.limit += m.bulkhead.limit; one.running += m.bulkhead.running; one.queued += m.bulkhead.queued; }
    found.set(m.method, one);
  }
  return [...found.values()];
}
function circuitsNow() {
  const found = new Map();
  for (const { inspection } of sources.values()) for (const c of inspection.circuits) {
    const one = found.get(c.name) ?? { name: c.name, circuit: c.circuit, state: c.state, retryAfterMs: c.retryAfterMs, shadow: c.shadow, reason: c.reason, openings: 0, tokens: 100, where: {}, keys: undefined };
    if (RANK[c.state] > RANK[one.state]) { one.state = c.state; one.retryAfterMs = c.retryAfterMs; one.reason = c.reason; }
    one.where[c.state] = (one.where[c.state] ?? 0) + 1; one.tokens = Math.min(one.tokens, c.budget.tokens);
    one.openings += sum(c.transitions.filter((t) => t.state === 'open').map((t) => t.count));
    if (c.keys) { one.keys ??= {}; for (const [s, n] of Object.entries(c.keys)) one.keys[s] = (one.keys[s] ?? 0) + n; }
    found.set(c.name, one);
  }
  return [...found.values()];
}
const FIELDS = ['ended', 'failed', 'refused', 'fallback', 'retries', 'attempts'];
/** The rates of the last ten seconds, and those of each second of the last two minutes. */
function remember(key, now) {
  const past = history.get(key) ?? []; history.set(key, past);
  past.push({ at: performance.now(), ...Object.fromEntries(FIELDS.map((f) => [f, now[f]])) });
  if (past.length > 121) past.shift();
  const then = past[Math.max(0, past.length - 11)], last = past.at(-1), seconds = (last.at - then.at) / 1000;
  const rate = Object.fromEntries(FIELDS.map((f) => [f, seconds > 0 ? Math.max(0, last[f] - then[f]) / seconds : 0]));
  return { past, rate };
}

// --- circuits: a tile each, the worst first
function tileOf(name) {
  const known = tiles.get(name); if (known) return known;
  const root = el('article', 'tile'), top = el('div', 'top'), big = el('div', 'big'), acts = el('div', 'acts');
  const t = { root, name: el('span', 'name', name), state: el('span', 'state'), rate: el('b'), failed: el('b'), failedBox: el('span'), facts: el('div', 'facts'), canvas: el('canvas'), more: el('div', 'facts') };
  t.name.title = name; top.append(t.name, t.state);
  const rateBox = el('span'); rateBox.append(t.rate, ' calls/s'); t.failedBox.append(t.failed, ' degraded'); t.failedBox.title = 'failed, refused, or answered by the fallback'; big.append(rateBox, t.failedBox);
  t.canvas.setAttribute('role', 'img'); t.canvas.setAttribute('aria-label', 'calls and failures of the last two minutes');
  root.append(top, big, t.canvas, t.facts, t.more);
  if (SETTINGS.control) {
    const isolate = el('button', '', 'Isolate…'), reset = el('button', '', 'Reset');
    isolate.setAttribute('aria-label', 'Isolate ' + name); reset.setAttribute('aria-label', 'Reset ' + name);
    isolate.onclick = () => ask(name); reset.onclick = () => move(name, 'reset'); acts.append(isolate, reset); root.append(acts);
  }
  tiles.set(name, t); return t;
}
const STATES = { closed: 'closed', open: 'open', 'half-open': 'half-open', isolated: 'isolated' };
const fact = (label, value) => { const s = el('span'); s.append(label + ' ', el('b', '', value)); return s; };
function drawCircuits(methods, find) {
  const shown = [];
  for (const c of circuitsNow()) {
    const own = methods.filter((m) => m.circuit === c.circuit);
    const now = Object.fromEntries(FIELDS.map((f) => [f, sum(own.map((m) => m[f]))]));
    const { past, rate } = remember('circuit ' + c.name, now), ratio = rate.ended > 0 ? (rate.failed + rate.refused + rate.fallback) / rate.ended : 0;
    const t = tileOf(c.name), state = STATES[c.state];
    t.root.className = 'tile ' + state + (state === 'closed' && ratio >= 0.1 ? ' failing' : '');
    t.state.textContent = state + (c.shadow ? ' (shadow)' : '') + (sources.size > 1 ? ' ' + (c.where[c.state] ?? 0) + '/' + sources.size : '');
    t.rate.textContent = number(rate.ended); t.failed.textContent = share(ratio); t.failedBox.className = ratio >= 0.1 ? 'bad' : '';
    t.facts.replaceChildren(fact('failed/s', number(rate.failed)), fact('refused/s', number(rate.refused)), fact('fallback/s', number(rate.fallback)), fact('retries/s', number(rate.retries)), fact('budget', Math.floor(c.tokens) + '/100'));
    const more = [fact('opened', c.openings + '×')];
    if (c.state === 'open') more.unshift(fact('probe in', Math.ceil((c.retryAfterMs ?? 0) / 1000) + ' s'));
    if (c.reason) more.push(fact('reason', c.reason));
    if (c.keys) more.push(fact('keys', Object.entries(c.keys).filter(([, n]) => n > 0).map(([s, n]) => n + ' ' + s).join(', ')));
    t.more.replaceChildren(...more);
    const hidden = find && !c.name.toLowerCase().includes(find); t.root.hidden = hidden;
    draw(t.canvas, past); shown.push([RANK[c.state] * 10 + ratio * 10 + Math.min(1, rate.ended / 1000), t, c.name]);
  }
  const present = new Set(shown.map(([, , name]) => name));
  for (const [name, t] of tiles) if (!present.has(name)) { t.root.remove(); tiles.delete(name); }
  shown.sort((a, b) => b[0] - a[0] || (a[2] < b[2] ? -1 : 1));
  const order = shown.map(([, t]) => t.root), box = $('circuits');
  // A tile that has the focus keeps it: elements are moved only when their order changes.
  if (order.some((e, i) => box.children[i] !== e)) { const focused = document.activeElement; for (const e of order) box.append(e); if (box.contains(focused)) focused.focus(); }
  $('none').hidden = shown.length > 0;
}
function draw(canvas, past) {
  const style = getComputedStyle(document.documentElement), w = canvas.width = canvas.clientWidth * devicePixelRatio, h = canvas.height = 44 * devicePixelRatio, g = canvas.getContext('2d');
  const steps = past.slice(1).map((p, i) => { const s = Math.max(0.2, (p.at - past[i].at) / 1000); return { all: (p.ended - past[i].ended) / s, bad: (p.failed + p.refused - past[i].failed - past[i].refused) / s, worse: (p.failed + p.refused + p.fallback - past[i].failed - past[i].refused - past[i].fallback) / s }; });
  const most = Math.max(1, ...steps.map((s) => s.all)), step = w / 120, from = w - steps.length * step;
  for (const [field, colour] of [['all', style.getPropertyValue('--line')], ['worse', style.getPropertyValue('--warn')], ['bad', style.getPropertyValue('--bad')]]) {
    g.fillStyle = colour;
    steps.forEach((s, i) => { const high = Math.max(0, s[field]) / most * (h - 2); g.fillRect(from + i * step, h - high, Math.max(1, step - 1), high); });
  }
}

// --- everything else
function row(cells) { const tr = el('tr'); cells.forEach(([text, className], i) => tr.append(el(i === 0 ? 'th' : 'td', className, text))); tr.firstChild.scope = 'row'; return tr; }
function drawMethods(methods, find) {
  const rows = methods.map((m) => ({ m, ...remember('method ' + m.method, m) }));
  rows.sort((a, b) => b.rate.failed - a.rate.failed || b.rate.ended - a.rate.ended || (a.m.method < b.m.method ? -1 : 1));
  $('methods').replaceChildren(...rows.filter(({ m }) => !find || m.method.toLowerCase().includes(find) || m.circuit?.toLowerCase().includes(find)).map(({ m, rate }) => {
    const ratio = rate.ended > 0 ? rate.failed / rate.ended : 0, amplified = rate.ended > 0 ? rate.attempts / rate.ended : 0;
    return row([[m.method], [number(rate.ended)], [share(ratio), ratio >= 0.1 ? 'bad' : ''], [String(m.active)], [amplified ? amplified.toFixed(2) + '×' : '–', amplified > 1.5 ? 'bad' : ''], [number(rate.retries)], [String(m.recovered)], [number(rate.refused)], [number(rate.fallback)], [m.hedges ? m.won + '/' + m.hedges : '–'], [m.limit ? m.running + '/' + m.limit + (m.queued ? ' +' + m.queued : '') : '–', m.limit && m.running >= m.limit ? 'bad' : ''], [Math.floor(m.tokens) + '', m.tokens < 1 ? 'bad' : '']]);
  }));
}
function drawGates() {
  const gates = [...sources.values()].flatMap(({ inspection }) => inspection.gates);
  const items = gates.map((g) => { const li = el('li'); li.append(el('b', '', g.gate), el('span', g.closedForMs > 0 ? 'bad' : 'quiet', g.closedForMs > 0 ? 'closed for ' + Math.ceil(g.closedForMs / 1000) + ' s' : 'open'), el('span', '', g.waiting + ' waiting'), el('span', 'quiet', 'closed ' + g.closings + '× so far')); return li; });
  for (const { inspection } of sources.values()) {
    for (const b of inspection.bulkheads) { const li = el('li'); li.append(el('b', '', b.bulkhead), el('span', '', b.running + '/' + b.limit + ' running'), el('span', '', b.queued + ' queued')); items.push(li); }
    for (const l of inspection.limiters) { const li = el('li'); li.append(el('b', '', l.limiter), el('span', '', l.waiting + ' waiting'), el('span', '', l.refused + ' refused')); items.push(li); }
  }
  $('gates').replaceChildren(...items);
}
function drawEvents() {
  const filter = $('filter').value.toLowerCase(), all = $('all').checked;
  const lines = events.filter((e) => (all || e.level !== 'debug') && (!filter || JSON.stringify(e).toLowerCase().includes(filter))).slice(-100).reverse();
  $('events').replaceChildren(...lines.map((e) => {
    const { at, level, message, source, ...facts } = e, li = el('li', level);
    li.append(el('time', 'quiet', new Date(at).toTimeString().slice(0, 8)), el('span', 'what', message), el('span', '', Object.entries(facts).map(([k, v]) => k + ' ' + v).join('  ')));
    return li;
  }));
}
function drawSettings() {
  const merged = Object.assign({}, ...[...sources.values()].map((s) => s.settings)), text = JSON.stringify(merged);
  if (text === shownSettings) return; shownSettings = text;
  $('settings').replaceChildren(...Object.entries(merged).map(([method, policies]) => {
    const details = el('details'), table = el('table');
    for (const { policy, settings } of policies) for (const [key, { value, source }] of Object.entries(settings)) table.append(row([['@' + policy + '() ' + key], [value === null ? 'off' : String(value)], ['from ' + source, 'quiet']]));
    details.append(el('summary', '', method), table); return details;
  }));
}
function drawAll() {
  const find = $('find').value.toLowerCase(), methods = methodsNow();
  drawCircuits(methods, find); drawMethods(methods, find); drawGates(); drawSettings();
  const states = circuitsNow().map((c) => c.state), n = (s) => states.filter((one) => one === s).length;
  const parts = ['open', 'isolated', 'half-open', 'closed'].filter((s) => n(s) > 0).map((s) => n(s) + ' ' + s);
  const text = parts.length ? 'Circuits: ' + parts.join(', ') : 'No circuit yet';
  if ($('summary').textContent !== text) { $('summary').textContent = text; $('summary').className = n('open') ? 'bad' : ''; document.title = (n('open') ? '(' + n('open') + ' open) ' : '') + 'holdfast'; }
}

// --- control
function ask(name) {
  $('question').textContent = 'Isolate ' + name + '? It refuses every call until it is reset.'; $('reason').value = '';
  $('sure').returnValue = ''; $('sure').showModal();
  $('sure').onclose = () => { if ($('sure').returnValue === 'yes') move(name, 'isolate', $('reason').value); };
}
async function move(name, what, reason) {
  const answer = await fetch(SETTINGS.basePath + '/api/circuits/' + encodeURIComponent(name) + '/' + what, { method: 'POST', headers: { ...headers(), 'content-type': 'application/json' }, body: JSON.stringify({ reason }) });
  if (!answer.ok) $('summary').textContent = what + ' was refused: ' + answer.status;
}

// --- the stream: read with fetch, since EventSource sends no header
function received(type, data) {
  if (type === 'event') { events.push(data); if (events.length > 500) events.shift(); drawEvents(); }
  else { sources.set(data.source, data); drawAll(); }
}
async function follow() {
  for (;;) {
    try {
      const answer = await fetch(SETTINGS.basePath + '/api/events', { headers: headers() });
      if (answer.status === 401) { $('ask').hidden = false; $('main').hidden = true; $('summary').textContent = 'Needs a token'; return; }
      if (!answer.ok) throw new Error(answer.status);
      $('link').className = 'link on'; $('link').title = 'live'; sources.clear();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        text += part.value; const messages = text.split('\n\n'); text = messages.pop();
        for (const message of messages) { const [, type, data] = /^event: (.*)\ndata: (.*)$/.exec(message) ?? []; if (type) received(type, JSON.parse(data)); }
      }
    } catch {}
    $('link').className = 'link'; $('link').title = 'not connected'; $('summary').textContent = 'Not connected: what is shown is old';
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
$('ask').onsubmit = (event) => { event.preventDefault(); token = $('token').value; $('token').value = ''; $('ask').hidden = true; $('main').hidden = false; follow(); };
$('find').oninput = drawAll; $('filter').oninput = drawEvents; $('all').onchange = drawEvents;
follow();
`;
