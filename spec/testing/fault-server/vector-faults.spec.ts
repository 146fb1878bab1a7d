import { expect } from 'chai';
import type { Fault } from '#lib/testing/fault-server/index.js';
import { ask, caught, defaultClient, embedTexts, nameOf, SDKS, useServer } from '../../support/sdks.js';

const INPUTS = ['bees make honey', 'the sea'];

describe('vectors that are not what was asked for', () => {
  const use = useServer();

  for (const sdk of SDKS) {
    for (const format of ['base64', 'float'] as const) {
      describe(`seen by ${sdk.name} as ${format}`, () => {
        const vectorsWith = async (fault: Fault): Promise<(number | null)[][]> => {
          use.server.script(fault);
          const rest = format === 'float' ? { encoding_format: format, dimensions: 8 } : { dimensions: 8 };
          const { data } = await embedTexts(sdk.client(use.server.baseUrl), INPUTS, rest);
          return data.map(({ embedding }) => [...embedding]);
        };

        it('has one of the wrong length, the last', async () => {
          expect((await vectorsWith('vector-length')).map(({ length }) => length)).to.deep.equal([8, 4]);
          expect((await vectorsWith({ type: 'vector-length', length: 12 })).map(({ length }) => length)).to.deep.equal([
            8, 12,
          ]);
          expect((await vectorsWith({ type: 'vector-length', length: 0 })).map(({ length }) => length)).to.deep.equal([
            8, 0,
          ]);
        });

        it('has one value that is not a finite number, the last', async () => {
          const nan = await vectorsWith('vector-value');
          expect(nan.flat().slice(0, -1).every(Number.isFinite)).to.equal(true);
          expect(nan[1]?.at(-1)).to.deep.equal(format === 'base64' ? Number.NaN : null);
          expect((await vectorsWith({ type: 'vector-value', value: 'infinity' }))[1]?.at(-1)).to.equal(Infinity);
        });

        it('has one vector too few', async () => {
          expect(await vectorsWith('vector-missing')).to.have.lengthOf(1);
        });
      });
    }
  }

  for (const fault of ['vector-length', 'stream-cut'] as const) {
    it(`says in a 400 that ${nameOf(fault)} does not fit the request`, async () => {
      use.server.script(fault);
      const error = await caught(ask(defaultClient(use.server.baseUrl)));
      expect(error).to.include({ status: 400, code: 'fault_server_misuse' });
      expect(error).to.have.property('message').that.includes(fault);
    });
  }
});
