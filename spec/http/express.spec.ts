import { expect } from 'chai';
import express from 'express';
import { expressErrors } from '#lib/http/index.js';
import { type Application, listening } from './support/application.js';
import { EXPECTED, type Failures, failures, get, SECRET } from './support/failures.js';
import { virtualTime } from '../support/virtual-time.js';

describe('expressErrors in Express 5', () => {
  const world = virtualTime();
  let failing: Failures;
  let app: Application;
  let reached: unknown[];

  beforeEach(async () => {
    failing = await failures(world.clock);
    reached = [];
    const application = express();
    for (const [path, fail] of Object.entries(failing.routes)) {
      application.get(`/${path}`, async (_request, response) => {
        response.json(await fail());
      });
    }
    application.get('/begun', async (_request, response) => {
      response.write('half an ');
      await failing.routes.open?.();
    });
    application.use(expressErrors());
    application.use(((error, _request, _response, next) => {
      reached.push(error);
      next(error);
    }) satisfies express.ErrorRequestHandler);
    // Express prints what reaches its own handler, except in tests.
    application.set('env', 'test');
    app = await listening(application.listen(0, '127.0.0.1'));
  });
  afterEach(async () => {
    await app.close();
    await failing.close();
  });

  for (const [path, expected] of Object.entries(EXPECTED)) {
    it(`answers ${expected.status} to "${path}"`, async () => {
      expect(await get(`${app.url}/${path}`)).to.deep.equal(expected);
      expect(reached).to.have.length(0);
    });
  }

  it('hands on errors that were made to be answers, which Express answers with', async () => {
    expect(await get(`${app.url}/answer`)).to.include({ status: 409 });
    expect(reached).to.have.length(1);
  });

  it('hands on bugs', async () => {
    expect(await get(`${app.url}/bug`)).to.include({ status: 500 });
    expect(reached[0]).to.be.instanceOf(TypeError);
  });

  it('leaves an answer that has begun to Express, which ends the connection', async () => {
    const response = await fetch(`${app.url}/begun`);
    expect(response.status).to.equal(200);
    let ended: unknown;
    await response.text().catch((error: unknown) => (ended = error));
    expect(ended).to.be.instanceOf(TypeError);
    expect(reached).to.have.length(1);
  });

  it('quotes nothing of what an upstream says', async () => {
    for (const path of Object.keys(EXPECTED)) {
      expect((await get(`${app.url}/${path}`)).body).not.to.include(SECRET);
    }
  });
});
