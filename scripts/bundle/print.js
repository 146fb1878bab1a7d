// How the published code is written: without comments, with marks for bundlers, and once more as CommonJS.
import { posix } from 'node:path';
import { transform } from 'esbuild';
import { parseAst } from 'rollup/parseAst';

const PRINTED = { target: 'es2022', charset: 'utf8' };

/** What `import.meta.url` is in CommonJS. */
const OWN_URL = "require('node:url').pathToFileURL(__filename).href";

/** Prints the code twice: esbuild drops all comments only with the white space. */
export async function withoutComments(code) {
  const dense = await transform(code, { ...PRINTED, minifyWhitespace: true });
  const { code: printed } = await transform(dense.code, PRINTED);
  return printed;
}

/**
 * Lets bundlers leave out constants that nothing uses, as making one has no effect beside its value, and leave imports
 * alone that are decided when they run.
 */
export function marked(code) {
  const constants = parseAst(code).body.flatMap((statement) =>
    statement.type === 'VariableDeclaration' ? statement.declarations : [],
  );
  let pure = code;
  // From the end, so that what is inserted moves no place that comes later.
  for (const start of constants.flatMap(({ init }) => callsIn(init)).sort((a, b) => b - a)) {
    pure = `${pure.slice(0, start)}/* @__PURE__ */ ${pure.slice(start)}`;
  }
  return pure.replace(/\bimport\(([\w$]+)\)/g, 'import(/* webpackIgnore: true */ /* @vite-ignore */ $1)');
}

/** Where the calls start that are made to have this value: not those within functions. */
function callsIn(node) {
  if (typeof node !== 'object' || node === null || /Function|Class/.test(node.type)) return [];
  const own = /^(?:Call|New)Expression$/.test(node.type) ? [node.start] : [];
  return [...new Set([...own, ...Object.values(node).flatMap((each) => [each].flat().flatMap(callsIn))])];
}

/** Prints without white space, but each statement of a module and each member of a class on a line of its own. */
export async function dense(code) {
  const { code: printed } = await transform(code, { ...PRINTED, minifyWhitespace: true });
  const statements = parseAst(printed).body;
  let lines = printed.trimEnd();
  for (const start of [...statements, ...statements.flatMap(membersOf)]
    .map(({ start }) => start)
    .sort((a, b) => b - a)) {
    if (start > 0 && lines[start - 1] !== '\n') lines = `${lines.slice(0, start)}\n${lines.slice(start)}`;
  }
  return `${lines}\n`;
}

function membersOf({ declarations = [], declaration, ...statement }) {
  const classes = [statement, declaration, ...declarations.map(({ init }) => init)];
  return classes.flatMap((each) => (each?.body?.type === 'ClassBody' ? each.body.body : []));
}

/**
 * One statement for all that a module imports, or exports again, from the core. One that needs more of it than its
 * errors takes these from it too.
 */
export function merged(code) {
  const lists = new Map();
  const from = code.includes('"#chunks/core"') ? code.replaceAll('"#chunks/errors"', '"#chunks/core"') : code;
  const rest = from.replace(/^(import|export) \{([^}]*)\} (from "#.*";)\n/gm, (_, word, names, from) => {
    const key = `${word} {} ${from}`;
    lists.set(key, [...(lists.get(key) ?? []), names.trim()]);
    return '';
  });
  const statements = [...lists].map(([key, names]) => key.replace('{}', `{ ${names.join(', ')} }`));
  const [hashbang = ''] = /^#!.*\n/.exec(rest) ?? [];
  return `${hashbang}${[...statements, rest.slice(hashbang.length)].join('\n')}`;
}

/**
 * An ES module that rollup made, as CommonJS: its imports come first and what it exports last, and no export changes
 * later. All between them stays as it is, so that both formats are alike.
 * @param {string} file its path below dist/esm/
 * @param {string} code
 */
export function commonJs(file, code) {
  let reexports = 0;
  const required = (specifier) => {
    const path = posix.relative(posix.dirname(file), `${specifier.slice(1)}.js`);
    const found = specifier.startsWith('#') ? path.replace(/^(?!\.)/, './') : specifier;
    return `require(${JSON.stringify(found)});`;
  };
  const converted = code
    .replace(
      /^import \{([^}]*)\} from "(.*)";$/gm,
      (_, names, from) => `const {${names.replaceAll(' as ', ': ')}} = ${required(from)}`,
    )
    .replace(/^import (?:\* as )?([\w$]+) from "(.*)";$/gm, (_, name, from) => `const ${name} = ${required(from)}`)
    .replace(/^import "(.*)";$/gm, (_, from) => required(from))
    .replace(/^export \{([^}]*)\} from "(.*)";$/gm, (_, names, from) => {
      const found = `reexported${++reexports}`;
      return [`const ${found} = ${required(from)}`, ...exportsOf(names, `${found}.`)].join('\n');
    })
    .replace(/^export \{([^}]*)\};$/gm, (_, names) => exportsOf(names).join('\n'))
    .replaceAll('import.meta.url', OWN_URL);
  const left = /^(?:import|export)\b.*/m.exec(converted);
  if (left) throw new Error(`${file}: cannot be written as CommonJS: ${left[0]}`);
  return `"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\n${converted}`;
}

/** `a as b, c` as assignments to `exports`. */
function exportsOf(names, prefix = '') {
  return names
    .split(',')
    .map((each) => each.trim().split(' as '))
    .filter(([local]) => local !== '')
    .map(([local, exported = local]) => `exports.${exported} = ${prefix}${local};`);
}
