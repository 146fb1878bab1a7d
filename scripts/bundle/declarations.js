// The declarations that are published: of what tsc wrote, all that the entry points lead to, and nothing else.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import ts from 'typescript-5';

/**
 * @param {readonly string[]} entries paths of declarations, all of which is needed
 * @returns {Map<string, string>} the text of each declaration that is needed, by its path
 */
export function declarationsFrom(entries) {
  const files = new Map();
  const needed = new Set();
  const fileOf = (path) => {
    if (!files.has(path)) files.set(path, read(path));
    return files.get(path);
  };

  /** Marks what a name stands for in a file, and all that this mentions in turn. */
  function need(path, name) {
    const { declared, linked } = fileOf(path);
    for (const statement of declared.get(name) ?? []) needStatement(path, statement);
    for (const { node, from, original } of linked.get(name) ?? []) {
      if (needed.has(node)) continue;
      needed.add(node);
      if (from !== undefined) need(from, original);
      else if (original !== name) need(path, original);
    }
  }

  function needStatement(path, statement) {
    if (needed.has(statement)) return;
    needed.add(statement);
    visit(statement);

    function visit(node) {
      if (ts.isIdentifier(node)) need(path, node.text);
      if (ts.isImportTypeNode(node)) {
        const from = fileBehind(path, node.argument.literal.text);
        if (from !== undefined) need(from, firstOf(node.qualifier).text);
        node.typeArguments?.forEach(visit);
      } else ts.forEachChild(node, visit);
    }
  }

  for (const path of entries) {
    const { declared, linked } = fileOf(path);
    for (const name of [...declared.keys(), ...linked.keys()]) need(path, name);
  }
  return new Map([...files].map(([path, { source }]) => [path, textOf(source, needed)]));
}

/** The statements of a file by the names that they declare, and the names that it takes from other files. */
function read(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const declared = new Map();
  const linked = new Map();
  for (const statement of source.statements) {
    const from = statement.moduleSpecifier && fileBehind(path, statement.moduleSpecifier.text);
    for (const node of specifiersOf(statement)) {
      add(linked, node.name.text, { node, from, original: (node.propertyName ?? node.name).text });
    }
    for (const name of namesOf(statement)) add(declared, name, statement);
  }
  return { source, declared, linked };
}

function add(lists, key, value) {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}

/** The names in the braces of an import or export. */
function specifiersOf(statement) {
  if (ts.isExportDeclaration(statement)) {
    if (!statement.exportClause) throw new Error(`${statement.getSourceFile().fileName}: export its names one by one`);
    return statement.exportClause.elements;
  }
  const clause = ts.isImportDeclaration(statement) ? statement.importClause : undefined;
  const bindings = clause?.namedBindings;
  return [...(clause?.name ? [clause] : []), ...(bindings?.elements ?? (bindings ? [bindings] : []))];
}

function namesOf(statement) {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.text);
  return statement.name ? [statement.name.text] : [];
}

/** The declaration that a relative path leads to; undefined for a package. */
function fileBehind(path, specifier) {
  return specifier.startsWith('.') ? resolve(dirname(path), specifier.replace(/\.js$/, '.d.ts')) : undefined;
}

function firstOf(qualifier) {
  return ts.isIdentifier(qualifier) ? qualifier : firstOf(qualifier.left);
}

/** The statements that are needed, each with its comment; of imports and exports the names that are. */
function textOf(source, needed) {
  return source.statements
    .map((statement) => {
      const specifiers = specifiersOf(statement);
      if (specifiers.length === 0)
        return needed.has(statement) || ts.isExportDeclaration(statement) ? statement.getFullText() : '';
      const unused = specifiers.filter((each) => !needed.has(each));
      if (unused.length === 0) return statement.getFullText();
      if (unused.length === specifiers.length) return '';
      const names = specifiers.filter((each) => needed.has(each)).map((each) => each.getText());
      return statement.getFullText().replace(/\{[^}]*\}/, `{ ${names.join(', ')} }`);
    })
    .join('')
    .trim()
    .replace(/^(?: {4})+/gm, (indent) => '\t'.repeat(indent.length / 4))
    .concat('\n');
}
