import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { pages } from './support/pages.js';
import { root } from './support/repository.js';

/** Runs a script without --update: it compares, and names each file that is stale. */
function compared(script: string): Promise<{ failed: boolean; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, 'scripts', script)], { cwd: root }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, said: `${stdout}${stderr}` }),
    );
  });
}

describe('the generated pages', function () {
  this.timeout(60_000);

  it('are those of the docs: llms.txt and llms-full.txt; npm run llms brings them up to date', async () => {
    expect(await compared('llms.js')).to.deep.equal({ failed: false, said: '' });
  });

  it('are those of the API report and the declarations: docs/api; npm run api brings them up to date', async () => {
    expect(await compared('api-docs.js')).to.deep.equal({ failed: false, said: '' });
  });

  it('list each page once in llms.txt, with its title and what it is about', () => {
    const list = readFileSync(join(root, 'llms.txt'), 'utf8');
    const listed = [...list.matchAll(/^- \[.+\]\((docs\/.+)\): \S.{20,}$/gm)].map(([, path]) => path);
    expect(listed).to.have.members(
      pages()
        .map(({ path }) => path)
        .filter((path) => path.startsWith('docs/') && path !== 'docs/README.md'),
    );
  });

  it('have every exported name of every entry point under a heading of its own', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: object };
    const entries = Object.entries(exports).filter(([, target]) => typeof target === 'object');
    for (const [path] of entries) {
      const page = `holdfast${path.slice(1).replaceAll('/', '-')}`;
      const report = readFileSync(join(root, 'spec/api', `${page}.api.md`), 'utf8');
      const exported = [...report.matchAll(/^export (?:abstract )?\w+ (\w+)/gm)].map(([, name]) => name);
      const text = readFileSync(join(root, 'docs/api', `${page}.md`), 'utf8');
      const headings = [...text.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
      expect(headings, page).to.have.members([...new Set(exported)]);
    }
  });
});
