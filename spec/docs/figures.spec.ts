import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { FIGURES } from './support/figures.js';
import { readPage } from './support/pages.js';
import { root } from './support/repository.js';

describe('the figures of the documentation', () => {
  for (const [path, figures] of Object.entries(FIGURES))
    it(`follow the code: ${path}`, () => {
      const text = readPage(path).text.replace(/\s+/g, ' ');
      for (const [words, file, line] of figures) {
        expect(text).to.include(words);
        expect(readFileSync(join(root, 'lib', file), 'utf8'), `${words}: lib/${file}`).to.include(line);
      }
    });
});
