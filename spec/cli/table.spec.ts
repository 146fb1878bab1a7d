import { styleText } from 'node:util';
import { expect } from 'chai';
import { table } from '#lib/cli/terminal/table.js';

const bold = (words: string): string => styleText('bold', words, { validateStream: false });

describe('a table in the terminal', () => {
  it('makes each column as wide as its widest cell, and aligns numbers to the right', () => {
    const columns = [{ head: 'name' }, { head: 'n', align: 'right' }, { head: 'note' }] as const;
    const rows = [['a', '7', 'x'], ['longer', '123', ''], ['group']];
    expect(table(columns, rows).split('\n')).to.deep.equal([
      '─────────────────',
      'name      n  note',
      '─────────────────',
      'a         7  x',
      'longer  123',
      'group',
      '─────────────────',
    ]);
  });

  it('counts neither escape codes nor the halves of a character', () => {
    const [, , , painted = '', wide = ''] = table(
      [{ head: 'a' }, { head: 'b' }],
      [
        [bold('x'), '1'],
        ['😀y', '2'],
      ],
    ).split('\n');
    expect(painted).to.equal(`${bold('x')}   1`);
    expect(wide).to.equal('😀y  2');
  });

  it('ends its rules at 80 columns, however long a row is', () => {
    const lines = table([{ head: 'a' }], [['x'.repeat(100)], []]).split('\n');
    expect(lines[0]).to.equal('─'.repeat(80));
    expect(lines[3]).to.equal('x'.repeat(100));
  });
});
