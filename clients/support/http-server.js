// The fault server: HTTP on 127.0.0.1 that plays one fault for every request it gets, and counts them.
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { BODIES } from './bodies.js';
import { certificate } from './certificates.js';
import { NOW } from './http-faults.js';

const START_OF_BODY = '{"id":"x","object":"list","data":[{"id":"';
const DATE = new Date(NOW).toUTCString();
const PROMISED_LENGTH = 4096;
/** Neither HTTP nor SMTP nor anything else that a client of HTTP could read. */
const GARBAGE = 'SSH-2.0-OpenSSH_9.2\r\n';

/** Starts it. `dialect` is how the service that it plays writes errors. */
export async function startHttpServer(fault, { dialect = 'plain', protocol = 'http1', answers = {}, certificates }) {
  const sockets = new Set();
  const seen = { requests: 0, connections: 0 };
  // Of the connection itself: an HTTP/2 session would say goodbye.
  const cut = (how) => {
    for (const socket of sockets) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    }
  };
  const handle = (request, response) => {
    seen.requests += 1;
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    // Answered once all of it is there: a reset would otherwise race with the upload.
    request.resume().on('end', () => play(fault, { response, cut, dialect, answers }));
  };
  const server = serverFor(fault, { protocol, certificates, handle });
  server.on('connection', (socket) => {
    seen.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.on('sessionError', () => undefined);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  if (fault.at === 'closed-port') await closing(server, sockets);
  return { url: addressOf(fault, port), port, seen, close: () => closing(server, sockets) };
}

function addressOf(fault, port) {
  if (fault.at === 'unknown-host') return 'http://nowhere.invalid';
  if (fault.at === 'no-url') return '::no url::';
  if (fault.at === 'unknown-scheme') return `gopher://127.0.0.1:${port}`;
  return `${fault.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
}

function serverFor(fault, { protocol, certificates, handle }) {
  if (fault.play === 'garbage') return net.createServer((socket) => socket.once('data', () => socket.end(GARBAGE)));
  if (fault.tls === 'closed') return net.createServer((socket) => socket.once('data', () => socket.end()));
  if (fault.tls !== undefined && fault.tls !== 'none') {
    const pair = certificate(certificates, fault.tls);
    const server = protocol === 'http2' ? http2.createSecureServer(pair, handle) : https.createServer(pair, handle);
    return server.on('tlsClientError', () => undefined);
  }
  return protocol === 'http2' ? http2.createServer(handle) : http.createServer(handle);
}

function play(fault, { response, cut, dialect, answers }) {
  if (fault.endsStream !== undefined) return response.stream.close(fault.endsStream);
  switch (fault.play) {
    case 'silence':
      return;
    case 'reset':
    case 'close':
      return cut(fault.play);
    case 'goaway':
      return response.stream.session.goaway(http2.constants.NGHTTP2_INTERNAL_ERROR);
    case 'stall':
    case 'cut':
    case 'cut-reset':
    case 'cut-chunked': {
      const length = fault.play === 'cut-chunked' ? {} : { 'content-length': PROMISED_LENGTH };
      response.sendDate = false;
      response.writeHead(200, { date: DATE, 'content-type': 'application/json', ...length });
      response.write(START_OF_BODY);
      if (fault.play !== 'stall') setTimeout(() => cut(fault.play === 'cut-reset' ? 'reset' : 'close'), 20);
      return;
    }
    default: {
      const { status, headers, body, ...words } = { ...fault.play, ...answers[fault.id] };
      const text = body ?? JSON.stringify(BODIES[dialect]({ status, ...words }));
      response.sendDate = false;
      response.writeHead(status, { date: DATE, 'content-type': 'application/json', ...headers });
      response.end(text);
    }
  }
}

async function closing(server, sockets) {
  for (const socket of sockets) socket.destroy();
  server.close?.();
  await new Promise((resolve) => setImmediate(resolve));
}
