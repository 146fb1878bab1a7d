// Starts the built app on a free port, asks its route, and stops it.
import { spawn } from 'node:child_process';

const MAX_MS = 60_000;

const server = spawn('node_modules/.bin/next', ['start', '--hostname', '127.0.0.1', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  signal: AbortSignal.timeout(MAX_MS),
});
server.on('error', (error) => console.error(error));
let said = '';
for await (const text of server.stdout) {
  said += text;
  const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
  if (address === undefined || !said.includes('Ready')) continue;
  const response = await fetch(`${address}/probe`);
  console.log(await response.text());
  break;
}
server.kill();
