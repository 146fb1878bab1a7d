import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { root } from '../docs/support/repository.js';

type Points = readonly (readonly [at: number, value: number])[];

interface Board {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly type: string;
    readonly targets: readonly { readonly expr: string }[];
    readonly fieldConfig: { readonly defaults: { readonly unit: string } };
  }[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

interface Queries {
  filled(expr: string, board: Board, times: object): string;
  nameOf(format: string, labels: Readonly<Record<string, string>>): string;
}

interface Page {
  readonly TYPES: Readonly<Record<string, unknown>>;
  pageOf(board: Board, answers: object, times: object, width: number): string;
}

interface Units {
  readonly UNITS: Readonly<Record<string, (value: number) => string>>;
  ticks(most: number, wanted: number): number[];
}

const load = async <T>(name: string): Promise<T> =>
  (await import(pathToFileURL(join(root, 'scripts/board', name)).href)) as T;

const TIMES = { start: 1_700_000_000, end: 1_700_000_100, step: 2, scrape: 1 };

describe('The picture of the board', () => {
  const board = JSON.parse(readFileSync(join(root, 'observability/grafana/holdfast.json'), 'utf8')) as Board;
  const [first] = board.panels;
  let queries: Queries;
  let page: Page;
  let units: Units;

  before(async () => {
    [queries, page, units] = [await load('queries.js'), await load('page.js'), await load('units.js')];
  });

  const drawn = (seriesOf: (panel: Board['panels'][number]) => readonly { name: string; points: Points }[]): string => {
    const series = new Map(board.panels.map((panel) => [panel.id, seriesOf(panel)]));
    return page.pageOf(board, { series, marks: [] }, TIMES, 1400);
  };

  it('knows the type and the unit of every panel', () => {
    expect(page.TYPES).to.include.all.keys(board.panels.map(({ type }) => type));
    expect(units.UNITS).to.include.all.keys(board.panels.map(({ fieldConfig }) => fieldConfig.defaults.unit));
  });

  it('leaves no variable in a query', () => {
    const queried = [...board.panels.flatMap(({ targets }) => targets), ...board.annotations.list];
    const asked = queried.map(({ expr }) => queries.filled(expr, board, TIMES));
    expect(asked.filter((expr) => expr.includes('$'))).to.deep.equal([]);
    expect(asked.filter((expr) => expr.includes('[4s]'))).to.have.lengthOf.above(10);
    expect(queries.filled('x{job=~"$job"} + $other', board, TIMES)).to.equal('x{job=~".*"} + $other');
  });

  it('names series as the board says', () => {
    expect(queries.nameOf('{{a}} of {{b}}{{c}}', { a: 'one', b: 'two' })).to.equal('one of two');
  });

  it('writes values with their unit, and puts round values beside the lines', () => {
    const { cps, percentunit, s, none } = units.UNITS;
    expect([cps?.(12.345), percentunit?.(0.0741), s?.(0.25), s?.(3), none?.(2)]).to.deep.equal([
      ...['12.3 c/s', '7.41 %', '250 ms', '3 s', '2'],
    ]);
    expect(units.ticks(115, 4)).to.deep.equal([0, 50, 100, 150]);
    expect(units.ticks(0.3, 3)).to.deep.equal([0, 0.1, 0.2, 0.3]);
  });

  it('says so where there is no data', () => {
    const html = drawn(() => []);
    expect(html.split('No data')).to.have.lengthOf(board.panels.length + 1);
  });

  it('draws states as blocks, and leaves a gap where there is no value', () => {
    const points: Points = [0, 0, 2, 2, 0].map((value, i) => [TIMES.start + 2 * i, value]);
    const gap: Points = [1, 2, Number.NaN, 3, 4].map((value, i) => [TIMES.start + 2 * i, value]);
    const html = drawn(({ id, type }) => {
      if (type === 'state-timeline') return id === first?.id ? [{ name: '<payments>', points }] : [];
      return [{ name: 'one', points: gap }];
    });
    expect([...html.matchAll(/<rect class="(\w+)"/g)].map(([, color]) => color)).to.deep.equal([
      'green',
      'red',
      'green',
    ]);
    expect(html).to.contain('&lt;payments&gt;').and.not.contain('<payments>');
    const lines = [...html.matchAll(/class="line"[^>]* d="([^"]+)"/g)].map(([, path = '']) => path);
    expect(lines).to.have.lengthOf(board.panels.filter(({ type }) => type === 'timeseries').length);
    for (const line of lines) expect(line.match(/M/g)).to.have.lengthOf(2);
  });
});
