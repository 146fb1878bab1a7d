// Reads the stream of a dashboard while it is told to.
const { origin, hash } = new URL(process.argv[2]);
const headers = { authorization: `Bearer ${hash.slice(1)}` };
let gone = new AbortController();
let isOpen = false;

process.on('message', (what) => void obey(what));
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function obey(what) {
  if (what === 'open' && !isOpen) {
    gone = new AbortController();
    const { body } = await fetch(`${origin}/api/events`, { headers, signal: gone.signal });
    void read(body).catch(() => undefined);
  } else if (what === 'close') gone.abort();
  isOpen = what === 'open';
  process.send?.('done');
}

async function read(body) {
  for await (const _ of body);
}
