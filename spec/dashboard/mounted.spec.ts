import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { expect } from 'chai';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { circuit, CircuitProtected, configure } from '#lib/index.js';
import { dashboard, toNode } from '#lib/dashboard/index.js';
import { uniqueName } from '../support/upstream.js';

const TOKEN = 'a-token-of-a-spec';
const PATH = '/ops/holdfast';

interface Application {
  readonly url: string;
  close(): Promise<unknown>;
}

const handler = () => toNode(dashboard({ token: TOKEN, control: true, basePath: PATH }));

async function listening(server: Server): Promise<Application> {
  if (!server.listening) await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

class App {}
Module({})(App);

const FRAMEWORKS: Readonly<Record<string, () => Promise<Application>>> = {
  'node:http': () => listening(createServer(handler()).listen(0, '127.0.0.1')),
  'Express 5': () => listening(express().use(PATH, handler()).listen(0, '127.0.0.1')),
  'Express 5, behind a parser of bodies': () =>
    listening(express().use(express.json()).use(PATH, handler()).listen(0, '127.0.0.1')),
  'Fastify 5': async () => {
    const app = Fastify({ forceCloseConnections: true });
    const handle = handler();
    app.all(`${PATH}*`, (request, reply) => {
      reply.hijack();
      handle(Object.assign(request.raw, { body: request.body }), reply.raw);
    });
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
  },
  'Hono 4': () => {
    const app = new Hono();
    app.mount(PATH, dashboard({ token: TOKEN, control: true }));
    return listening(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server);
  },
  'Nest on Express': async () => {
    const app = await NestFactory.create<NestExpressApplication>(App, { logger: false, forceCloseConnections: true });
    app.use(PATH, handler());
    await app.listen(0, '127.0.0.1');
    return { url: await app.getUrl(), close: () => app.close() };
  },
  'Nest on Fastify': async () => {
    const app = await NestFactory.create<NestFastifyApplication>(App, new FastifyAdapter(), {
      logger: false,
      forceCloseConnections: true,
    });
    app.use(PATH, handler());
    await app.listen(0, '127.0.0.1');
    return { url: await app.getUrl(), close: () => app.close() };
  },
};

for (const [framework, start] of Object.entries(FRAMEWORKS)) {
  describe(`The dashboard in ${framework}`, () => {
    let app: Application;
    let restore: () => void;

    before(async () => {
      restore = configure({ settings: { log: { level: 'silent' } } });
      app = await start();
    });
    after(async () => {
      await app.close();
      restore();
    });

    const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
      fetch(`${app.url}${PATH}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${TOKEN}`, ...(init.headers as Record<string, string>) },
      });

    it('serves the page and the data', async () => {
      for (const path of ['', '/']) {
        const page = await ask(path);
        expect([page.status, page.headers.get('content-type')]).to.deep.equal([200, 'text/html; charset=utf-8']);
        expect(await page.text()).to.contain('</html>');
      }
      expect((await ask('/api/inspect')).status).to.equal(200);
      expect((await ask('/api/inspect', { headers: { authorization: '' } })).status).to.equal(401);
      expect((await ask('/other')).status).to.equal(404);
    });

    it('isolates with the reason that is given', async () => {
      const name = uniqueName();
      await CircuitProtected({ circuit: name })(async () => 'x')();
      const { status } = await ask(`/api/circuits/${name}/isolate`, {
        method: 'POST',
        headers: { origin: app.url, 'content-type': 'application/json' },
        body: JSON.stringify({ reason: 'INC-7' }),
      });
      expect(status).to.equal(200);
      expect(circuit(name).snapshot()).to.include({ state: 'isolated', reason: 'INC-7' });
      circuit(name).reset();
    });

    it('streams what happens, and frees the place of a viewer that has left', async () => {
      for (let i = 0; i < 25; i++) {
        const gone = new AbortController();
        let response = await ask('/api/events', { signal: gone.signal });
        // The server hears later than the client that it has gone.
        for (; response.status === 503; response = await ask('/api/events', { signal: gone.signal }))
          await new Promise((resolve) => setTimeout(resolve, 5));
        const reader = (response.body as ReadableStream<Uint8Array>).getReader();
        expect(new TextDecoder().decode((await reader.read()).value)).to.match(/^event: hello\ndata: /);
        if (i === 0) {
          const name = uniqueName();
          circuit(name).isolate();
          let text = '';
          while (!text.includes(name)) text += new TextDecoder().decode((await reader.read()).value);
          expect(text).to.contain('"message":"circuit_opened"');
          circuit(name).reset();
        }
        gone.abort();
      }
    });
  });
}
