// Compares docs/api with what spec/api reports; with --update it writes those pages instead. A report says which names an
// entry point exports; the declarations have the signatures and the comments of these names.
import { mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript-5';
import { entryPoints } from './entries.js';
import { generated } from './generated.js';

const UPDATE = 'npm run api';
/** How the compiler writes out `Duration`. */
const DURATION = /(?:`\$\{number\}(?:ms|[dhms])`(?: \| )?){5}/;
const GROUPS = [
  ['Functions and decorators', ts.SymbolFlags.Function | ts.SymbolFlags.Variable],
  ['Classes', ts.SymbolFlags.Class],
  ['Types', ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias],
];

const entries = entryPoints().map(({ export: path, name }) => {
  const module = `holdfast${path.slice(1)}`;
  return { module, page: module.replaceAll('/', '-'), file: resolve(`dist/${name}.d.ts`) };
});
const program = ts.createProgram(
  entries.map(({ file }) => file),
  { module: ts.ModuleKind.NodeNext, strict: true, skipLibCheck: true, types: ['node'] },
);
const checker = program.getTypeChecker();

mkdirSync('docs/api', { recursive: true });
for (const entry of entries) generated(`docs/api/${entry.page}.md`, pageOf(entry), UPDATE);
generated('docs/api/README.md', indexOf(), UPDATE);

function indexOf() {
  const rows = entries.map(({ module, page, file }) => {
    const names = exportsOf(file, page).map(({ name }) => `[\`${name}\`](${page}.md#${name.toLowerCase()})`);
    return `## [\`${module}\`](${page}.md)\n\n${names.join(' · ')}\n`;
  });
  return `# API reference\n\nEvery public name of every entry point. \`${UPDATE}\` generates these pages.\n\n${rows.join('\n')}`;
}

function pageOf({ module, page, file }) {
  const names = exportsOf(file, page);
  const exported = new Set(names.map(({ name }) => name));
  const sections = GROUPS.flatMap(([title, flags]) => {
    const members = names.filter(({ symbol }) => symbol.flags & flags);
    return members.length === 0 ? [] : [`## ${title}`, ...members.map((member) => sectionOf(member, exported))];
  });
  return `${[`# ${module}`, `What \`${module}\` exports. \`${UPDATE}\` generates this page.`, ...sections].join('\n\n')}\n`;
}

/** The names of a report, each with its symbol. */
function exportsOf(file, page) {
  const report = readFileSync(`spec/api/${page}.api.md`, 'utf8');
  const names = [...report.matchAll(/^export (?:abstract )?(?:class|const|function|interface|type) (\w+)/gm)];
  const source = checker.getSymbolAtLocation(program.getSourceFile(file));
  const exported = new Map(checker.getExportsOfModule(source).map((symbol) => [symbol.name, symbol]));
  return [...new Set(names.map(([, name]) => name))].map((name) => {
    const symbol = exported.get(name);
    if (!symbol) throw new Error(`${page}: ${file} does not export ${name}. Run "${UPDATE}".`);
    return { name, symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol };
  });
}

function sectionOf({ name, symbol }, exported) {
  const tags = symbol.getJsDocTags(checker).map(({ name, text }) => `\`@${name}\` ${plain(text)}`.trim());
  const shown = isHidden(symbol, exported)
    ? tableOf(symbol)
    : `\`\`\`ts\n${symbol.declarations.map(textOf).join('\n')}\n\`\`\``;
  return [`### ${name}`, plain(symbol.getDocumentationComment(checker)), ...tags, shown]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Whether an interface has properties of a type that is not exported, so that its text does not name them. */
function isHidden({ declarations }, exported) {
  const bases = declarations.filter(ts.isInterfaceDeclaration).flatMap(({ heritageClauses = [] }) => heritageClauses);
  return bases.some(({ types }) =>
    types.some(({ expression }) => isOptions(expression) || !exported.has(expression.getText())),
  );
}

function isOptions(base) {
  return base.getText() === 'OptionsOf';
}

function tableOf(symbol) {
  const properties = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol));
  const rows = properties.toSorted(byPlace).map((property) => {
    const mark = property.flags & ts.SymbolFlags.Optional ? '?' : '';
    const doc = plain(property.getDocumentationComment(checker));
    const given = property.getJsDocTags(checker).find(({ name }) => name === 'default');
    const words = given === undefined ? doc : `${doc} Default: \`${plain(given.text)}\`.`;
    return `| \`${property.name}${mark}\` | \`${cell(typeOf(property))}\` | ${cell(words)} |`;
  });
  return ['| property | type | what it is |', '|---|---|---|', ...rows].join('\n');
}

/** As they are written: the compiler's own order changes with other types. Options of all policies come last. */
function byPlace(one, other) {
  const [a, b] = [one, other].map(({ declarations: [first] }) => ({
    file: first.getSourceFile().fileName,
    pos: first.pos,
  }));
  return b.file.localeCompare(a.file) || a.pos - b.pos;
}

function typeOf(property) {
  const type = checker.typeToString(checker.getTypeOfSymbol(property), undefined, ts.TypeFormatFlags.NoTruncation);
  const withoutUndefined = type.replace(/^\((.*)\) \| undefined$/, '$1').replace(/ \| undefined$/, '');
  return withoutUndefined.replace(DURATION, 'Duration');
}

/** A comment as text. */
function plain(parts) {
  return ts
    .displayPartsToString(parts)
    .trim()
    .replace(/\{@link ([\w.]+) ?\}/g, '`$1`');
}

function cell(text) {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
}

/** A declaration as it is written, without what is private. */
function textOf(declaration) {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return node
    .getText()
    .replace(/^ *(?:#private|private [^\n]*);\n/gm, '')
    .replace(/^(export )?declare /, '$1');
}
