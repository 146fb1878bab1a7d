import { compilerOf, defaultsIn, optionsIn } from '../../support/declarations.js';
import { code, row } from './settings-table.js';

/** The first table under a heading of a page, made of the comments of an exported type. */
interface DeclaredTable {
  readonly page: string;
  readonly heading: string;
  /** The built declarations of the entry point. */
  readonly entry: string;
  readonly type: string;
  /** Those of its properties that are not in the table of another type. Default: all. */
  readonly only?: readonly string[];
}

/** Where the options that are not settings are documented. */
export const DECLARED_TABLES: readonly DeclaredTable[] = [
  { page: 'docs/ai.md', heading: 'Options', entry: 'dist/ai/index.d.ts', type: 'ModelOptions' },
  { page: 'docs/fetch.md', heading: 'Options', entry: 'dist/fetch/index.d.ts', type: 'FetchOptions' },
  {
    page: 'docs/fetch.md',
    heading: 'Options of axiosAdapter',
    entry: 'dist/fetch/axios.d.ts',
    type: 'AxiosAdapterOptions',
    only: ['adapter'],
  },
  { page: 'docs/http.md', heading: 'Options', entry: 'dist/http/index.d.ts', type: 'HttpErrorOptions' },
  { page: 'docs/nestjs.md', heading: 'Options', entry: 'dist/nestjs/index.d.ts', type: 'HoldfastModuleOptions' },
  { page: 'docs/policies.md', heading: 'Options', entry: 'dist/policy/index.d.ts', type: 'PolicyDefinition' },
  { page: 'docs/testing.md', heading: 'Options', entry: 'dist/testing/index.d.ts', type: 'FaultServerOptions' },
];

/** The table as the comments have it. */
export function declaredTable({ entry, type, only }: DeclaredTable): string {
  const declarations = compilerOf(entry);
  const defaults = defaultsIn(declarations, type);
  const rows = Object.entries(optionsIn(declarations, type))
    .filter(([name]) => only?.includes(name) ?? true)
    .map(([name, { doc }]) => row(code(name), defaultCell(defaults[name]), cell(doc)));
  return `| option | default | what it is |\n|---|---|---|\n${rows.join('')}`;
}

/** A value is code; a sentence stays one. */
function defaultCell(said: string | undefined): string {
  if (said === undefined || said === 'none') return 'none';
  return /^(\[.*\]|[^\s`]+)$/.test(said) ? code(said) : cell(said);
}

function cell(text: string): string {
  return text.replace(/\{@link (\w+) ?\}/g, '`$1`').replaceAll('|', '\\|');
}
