import { expect } from 'chai';
import { caught, embedTexts, SDKS, send, useServer } from '../../support/sdks.js';

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, at) => sum + x * (b[at] ?? 0), 0);

describe('the fault server embedding texts', () => {
  const use = useServer();

  for (const sdk of SDKS) {
    describe(`for ${sdk.name}`, () => {
      const vectorsOf = async (input: string | string[], rest = {}): Promise<number[][]> => {
        const { data } = await embedTexts(sdk.client(use.server.baseUrl), input, rest);
        return data.map(({ embedding }) => [...embedding]);
      };

      it('gives each input, in order, a unit vector of 1536 values', async () => {
        const vectors = await vectorsOf(['bees make honey', 'the sea', '?!']);
        expect(vectors.map((vector) => vector.length)).to.deep.equal([1536, 1536, 1536]);
        for (const vector of vectors) expect(dot(vector, vector)).to.be.closeTo(1, 1e-6);
        expect(vectors[1]).to.deep.equal((await vectorsOf('the sea'))[0]);
      });

      it('gives as many values as asked for', async () => {
        expect((await vectorsOf('the sea', { dimensions: 7 }))[0]).to.have.lengthOf(7);
      });

      it('gives the same numbers in base64, which the SDK asks for unasked, and as floats', async () => {
        const unasked = await vectorsOf('bees make honey');
        expect(use.server.requests.at(-1)?.body).to.have.property('encoding_format', 'base64');
        const floats = await vectorsOf('bees make honey', { encoding_format: 'float' });
        expect(use.server.requests.at(-1)?.body).to.have.property('encoding_format', 'float');
        expect(unasked).to.deep.equal(floats);
      });

      it('puts similar texts nearer to each other than texts of another matter', async () => {
        const [question, similar, inflected, other] = await vectorsOf([
          'How long does a circuit stay open?',
          'A circuit stays open for sixty seconds.',
          'how long do circuits stay opened',
          'Bees make honey from the nectar of flowers.',
        ]);
        expect(dot(question ?? [], similar ?? [])).to.be.greaterThan(dot(question ?? [], other ?? []) + 0.3);
        expect(dot(question ?? [], inflected ?? [])).to.be.greaterThan(dot(question ?? [], other ?? []) + 0.3);
      });

      it('takes 2048 inputs and refuses 2049', async () => {
        const inputs = (count: number): string[] => Array.from({ length: count }, (_, at) => `text ${at}`);
        expect(await vectorsOf(inputs(2048), { dimensions: 2 })).to.have.lengthOf(2048);
        const error = await caught(vectorsOf(inputs(2049), { dimensions: 2 }));
        expect(error).to.include({ status: 400, type: 'invalid_request_error', param: 'input' });
      });
    });
  }

  const statusOf = async (fields: object): Promise<number> => {
    const body = JSON.stringify({ model: 'm', input: 'x', dimensions: 2, ...fields });
    return (await send(use.server, '/embeddings', { body })).status;
  };

  for (const [what, fields] of [
    ['an empty string', { input: '' }],
    ['an empty string among others', { input: ['a', ''] }],
    ['no input', { input: [] }],
    ['an input that is no text', { input: [{}] }],
    ['more than 8192 tokens in one input', { input: 'word '.repeat(8192) }],
    ['more than 300 000 tokens in all', { input: Array(200).fill('word '.repeat(1600)) }],
    ['no model', { model: undefined }],
    ['dimensions that are no count', { dimensions: 0 }],
    ['an unknown format', { encoding_format: 'hex' }],
  ] as const) {
    it(`refuses ${what} with 400`, async () => {
      expect(await statusOf(fields)).to.equal(400);
    });
  }

  it('takes tokens in place of texts', async () => {
    expect(await statusOf({ input: [1, 2, 3] })).to.equal(200);
    expect(await statusOf({ input: [[1, 2], [3]] })).to.equal(200);
  });
});
