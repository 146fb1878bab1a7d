import { resolve } from 'node:path';
import { expect } from 'chai';
import { findFile, findFileAgain } from '#lib/settings/file.js';
import { scratch } from '../support/files.js';

describe('The file of the settings', () => {
  const files = scratch();
  const asked = { path: 'mine.json', absolute: resolve('mine.json') };
  const named = (path: string) => ({ path, absolute: resolve(path), variable: path });
  const from = (directory: string, then: () => void): void => {
    const before = process.cwd();
    process.chdir(directory);
    try {
      then();
    } finally {
      process.chdir(before);
    }
  };

  it('is the one that was asked for, else the one that RESILIENCE_CONFIG names', () => {
    const env = { RESILIENCE_CONFIG: 'other.json' };
    expect(findFile('mine.json', env)).to.deep.equal(asked);
    expect(findFile(undefined, env)).to.deep.equal(named('other.json'));
  });

  it('is else resilience.json of the working directory, where there is one', () => {
    from(files.folder, () => {
      expect(findFile(undefined, {})).to.equal(undefined);
      files.write('resilience.json', {});
      expect(findFile(undefined, { RESILIENCE_CONFIG: '' })).to.deep.equal({
        path: 'resilience.json',
        absolute: resolve('resilience.json'),
      });
    });
  });

  describe('when it is read again', () => {
    it('is the same as before, from another directory and without anything there too', () => {
      for (const [before, env] of [
        [asked, {}],
        [named('other.json'), { RESILIENCE_CONFIG: 'other.json' }],
      ] as const)
        from(files.folder, () => expect(findFileAgain(before, env)).to.equal(before));
    });

    it('is another one once RESILIENCE_CONFIG names another, or none once it names none', () => {
      from(files.folder, () => {
        const env = { RESILIENCE_CONFIG: 'new.json' };
        for (const before of [asked, named('other.json'), undefined])
          expect(findFileAgain(before, env)).to.deep.equal(named('new.json'));
        expect(findFileAgain(named('other.json'), {})).to.equal(undefined);
        expect(findFileAgain(undefined, {})).to.equal(undefined);
      });
    });
  });
});
