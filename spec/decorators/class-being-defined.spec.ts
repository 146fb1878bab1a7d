import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { stub } from 'sinon';
import { CircuitProtected, Hedged, RetryOnTransient } from '#lib/index.js';
import { classBeingDefined } from '#lib/decorators/class-being-defined.js';
import { scratch } from '../support/files.js';

describe('The class whose definition is running', () => {
  const files = scratch();

  /** Runs the text of a file, in which a definition asks for its class. */
  function namesIn(text: string, nameOf = (path: string): string => path): (string | undefined)[] {
    const names: (string | undefined)[] = [];
    const ask = (): void => void names.push(classBeingDefined());
    runInNewContext(text, { ask }, { filename: nameOf(files.write('source.js', text)) });
    return names;
  }

  const asks = '{\n  static {\n    ask();\n  }\n}\n';

  for (const [what, text, names] of [
    ['has a name', `class Ask ${asks}`, ['Ask']],
    ['has an odd name', `class $Ask_1 ${asks}`, ['$Ask_1']],
    ['extends another', `class Base {}\nclass Ask extends Base ${asks}`, ['Ask']],
    ['has no name', `class Before {}\nconst x = class ${asks}`, [undefined]],
    ['has no name and extends another', `class Base {}\nconst x = class extends Base ${asks}`, [undefined]],
    ['is written with much room', `class\n\n  Ask\n\n  ${asks}`, ['Ask']],
    ['is written with none', `class Ask{static{ask()}}`, ['Ask']],
    ['stands after others', `class Before ${asks}\nclass After ${asks}`, ['Before', 'After']],
    ['stands before others', `class Ask ${asks}\nclass After {}`, ['Ask']],
    ['stands after words about a class;', `// Another class; a longer text\nclass Ask ${asks}`, ['Ask']],
  ] as const) {
    it(`is told when it ${what}`, () => {
      expect(namesIn(text)).to.deep.equal(names);
      expect(namesIn(text, (path) => pathToFileURL(path).href)).to.deep.equal(names);
    });
  }

  it('is not looked up for a stack in order, since only messages need it', () => {
    // The first decorator of a process loads reflect-metadata.
    RetryOnTransient()(async () => undefined);
    const read = stub(fs, 'readFileSync').callThrough();
    syncBuiltinESMExports();
    try {
      class Ask {
        @CircuitProtected()
        @RetryOnTransient()
        @Hedged({ after: '1h' })
        async ask(): Promise<string> {
          return 'answer';
        }
      }
      expect(Ask.name).to.equal('Ask');
      expect(read.callCount).to.equal(0);
    } finally {
      read.restore();
      syncBuiltinESMExports();
    }
  });

  it('is not told where its text cannot be read, or does not say it', () => {
    expect(namesIn(`class Ask ${asks}`, (path) => `${path}.gone`)).to.deep.equal([undefined]);
    const empty = files.write('empty.js', '');
    expect(namesIn(`class Ask ${asks}`, () => empty)).to.deep.equal([undefined]);
  });

  it('is none outside of a definition', () => {
    expect(namesIn('class Ask {}\nask();')).to.deep.equal([undefined]);
  });
});
