// A plugin for rollup: leaves out what only resilience.schema.json is made of, the descriptions of options and the JSON
// Schemas of their values. Both are read from what tsc compiled.
import { parseAst } from 'rollup/parseAst';

const DESCRIPTION = /^ +doc: (['"]).*\1,\n/gm;

/** The functions of core/field.js whose third argument is a JSON Schema. */
const FORMATS = ['format', 'number', 'text'];

/** @param {string} fields the path of the module that makes the formats of options */
export function withoutDescriptions(fields) {
  return {
    name: 'without-descriptions',
    transform: (code, id) => {
      const shorter = code.replace(DESCRIPTION, '');
      return id === fields ? withoutSchemas(shorter) : shorter;
    },
  };
}

function withoutSchemas(code) {
  const cuts = schemasIn(parseAst(code));
  if (cuts.length === 0) throw new Error('core/field.js: no JSON Schema was found');
  // From the end, so that a cut moves no place that comes later.
  return cuts.sort((a, b) => b[0] - a[0]).reduce((cut, [from, to]) => cut.slice(0, from) + cut.slice(to), code);
}

/** From where to where the third arguments stand, each with the comma before it. */
function schemasIn(node) {
  if (typeof node !== 'object' || node === null) return [];
  const [, second, third] = node.type === 'CallExpression' && FORMATS.includes(node.callee.name) ? node.arguments : [];
  const own = third ? [[second.end, third.end]] : [];
  const others = third ? node.arguments.slice(0, 2) : Object.values(node);
  return [...own, ...others.flatMap((each) => [each].flat().flatMap(schemasIn))];
}
