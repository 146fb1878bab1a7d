import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { caught, defaultClient, SDKS } from '../support/sdks.js';
import { type Place, see } from './cells.js';
import { libraryIn, moduleOf } from './library.js';
import { pageOf } from './page.js';
import { type Method, methodsOf } from './row.js';
import { GROUPS } from './rows/index.js';

/** Each SDK, each dialect and CommonJS once, each row with one method; `npm run matrix` crosses them all. */
const PLACES: readonly Place[] = [
  { sdk: 6, dialect: 'legacy' },
  { sdk: 7, dialect: 'standard' },
  { sdk: 6, dialect: 'standard', module: 'require' },
];
const QUICK = GROUPS.flatMap(({ title, rows }) =>
  rows.filter(({ quick }) => quick).map((row) => ({ group: title, row })),
);

for (const [nth, place] of PLACES.entries()) {
  const { module = 'import' } = place;
  describe(`A service with openai ${place.sdk}, ${place.dialect} decorators and ${module}`, () => {
    const sdk = SDKS.find(({ version }) => version === place.sdk);

    for (const [at, { group, row }] of QUICK.entries()) {
      const methods = methodsOf(row);
      const method = methods[(at + nth) % methods.length] as Method;
      it(`meets "${row.fault}" in ${method} as the matrix says, leaking and leaving nothing`, async () => {
        if (!sdk) throw new Error('no such SDK');
        const { problems } = await see({ group, row, method }, place, await libraryIn(place.dialect, module), sdk);
        expect(problems).to.deep.equal([]);
      });
    }
  });
}

describe('The fault matrix', () => {
  it('has services in both dialects that are really compiled so, each with classes of its own', async () => {
    const code = (dialect: Place['dialect']): string =>
      readFileSync(fileURLToPath(moduleOf(dialect, 'openai/generation-service.js')), 'utf8');
    expect(code('standard')).to.include('__esDecorate(').and.not.to.include('__decorate(');
    expect(code('legacy')).to.include('__decorate(').and.not.to.include('__esDecorate(');
    const [standard, legacy] = [await libraryIn('standard'), await libraryIn('legacy')];
    expect(legacy.openai.GenerationService).not.to.equal(standard.openai.GenerationService);
    expect(legacy.holdfast.describe(legacy.openai.GenerationService)).to.deep.equal(
      standard.holdfast.describe(standard.openai.GenerationService),
    );
    const restore = legacy.holdfast.configure({ settings: { log: { level: 'silent' } } });
    legacy.openai.openaiCircuit.isolate();
    const service = new legacy.openai.EmbeddingService({ client: defaultClient('http://127.0.0.1:9/v1') });
    const error = await caught(service.embedText(''));
    legacy.openai.openaiCircuit.reset();
    restore();
    expect(error).to.be.instanceOf(legacy.holdfast.CircuitOpenError);
    // Whether or not the two share their circuits, none is left isolated.
    expect(standard.openai.openaiCircuit.state).to.equal('closed');
  });

  it('has services that load the library as CommonJS, and share its state with those that import it', async () => {
    const [imported, required] = [await libraryIn('standard'), await libraryIn('standard', 'require')];
    const restore = required.holdfast.configure({ settings: { log: { level: 'silent' } } });
    required.openai.openaiCircuit.isolate();
    const { state } = imported.openai.openaiCircuit;
    required.openai.openaiCircuit.reset();
    restore();
    expect(state).to.equal('isolated');
  });

  it('is on the page as its rows say: npm run matrix', () => {
    expect(readFileSync('docs/fault-matrix.md', 'utf8')).to.equal(pageOf(GROUPS));
  });
});
