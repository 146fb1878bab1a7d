import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readPage, tableUnder } from './support/pages.js';
import { root } from './support/repository.js';

const PAGE = readPage('docs/comparison.md');
const { version, dependencies, devDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
) as Record<'dependencies' | 'devDependencies', Record<string, string>> & { version: string };

describe('the comparison', () => {
  it('is of this version, and of those that the migration pages run', () => {
    const versions = new Map(
      tableUnder(PAGE, 'Comparison').map(([name, at]) => [/\w[\w-]*/.exec(name ?? '')?.[0], at]),
    );
    expect(versions.get('holdfast')).to.equal(version);
    for (const name of ['cockatiel', 'opossum', 'p-retry'])
      expect(versions.get(name), name).to.equal(devDependencies[name]);
  });

  it('counts and names the dependencies', () => {
    const row = tableUnder(PAGE, 'As a package').find(([name]) => name === 'dependencies');
    expect(row?.[1]).to.equal(`**${Object.keys(dependencies).length}** (1)`);
    const [, note = ''] = /^1\. (.*?)\. A bundle/m.exec(PAGE.text.slice(PAGE.text.indexOf('## As a package'))) ?? [];
    expect(note.split(/, | and /)).to.have.members(Object.keys(dependencies));
  });

  it('knows of one thing in its tables that holdfast has not: priorities', () => {
    const refused = PAGE.text.match(/^\| [\w -]+ \| (?:\*\*)?no(?:\*\*)? \|/gm) ?? [];
    expect(refused).to.deep.equal(['| priorities | **no** |']);
  });
});
