import { expect } from 'chai';
import { type Running, run } from './support/running.js';

for (const major of [11, 12] as const) {
  describe(`Health checks of Terminus ${major}`, function () {
    this.timeout(30_000);
    let app: Running;

    before(async () => {
      app = await run(major, 'express', {}, 'health.js');
    });
    after(async () => {
      expect(await app.close(), app.output()).to.equal(0);
    });

    async function get(path: string): Promise<{ status: number; body: unknown }> {
      const response = await fetch(`${app.url}/${path}`);
      return { status: response.status, body: await response.json() };
    }

    it('are up with the states of the circuits, and stay so under an outage, save for a critical circuit', async () => {
      await app.script();
      expect((await get('pay')).status).to.equal(200);
      const up = { circuits: { status: 'up', circuits: { payments: 'closed' } } };
      expect(await get('readyz')).to.deep.include({
        status: 200,
        body: { status: 'ok', info: up, error: {}, details: up },
      });
      await app.script({ type: 'status', status: 503 });
      await get('pay');
      expect((await get('pay')).status).to.equal(503);
      const open = { circuits: { status: 'up', circuits: { payments: 'open' } } };
      expect(await get('healthz')).to.deep.equal({
        status: 200,
        body: { status: 'ok', info: open, error: {}, details: open },
      });
      const down = { circuits: { status: 'down', circuits: { payments: 'open' } } };
      expect(await get('readyz')).to.deep.equal({
        status: 503,
        body: { status: 'error', info: {}, error: down, details: down },
      });
    });
  });
}
