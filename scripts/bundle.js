// Makes what is published of what tsc compiled: dist/esm and dist/cjs, each with few files and its declarations.
//
// What `holdfast` loads is the core. Everything else imports it as `#chunks/core`, and package.json says which file that
// is: in Node the CommonJS build, for import as for require(), so that a process has it once and loads it quickly; for
// bundlers the ES modules, of which they leave out what nothing uses.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { rollup } from 'rollup';
import { declarationsFrom } from './bundle/declarations.js';
import { withoutDescriptions } from './bundle/descriptions.js';
import { chunksOf, graphOf, inOrder, reachable } from './bundle/graph.js';
import { isExternal, nodeModules } from './bundle/node-modules.js';
import { commonJs, dense, marked, merged, withoutComments } from './bundle/print.js';
import { entryPoints } from './entries.js';
// The page is part of what is bundled.
import './page.js';

const COMPILED = resolve('dist');
const FOLDERS = ['dist/esm', 'dist/cjs'];
const compiled = (name) => join(COMPILED, `${name}.js`);
const entries = entryPoints().map(({ name }) => name);
const entryFiles = new Set(entries.map(compiled));
/** An ES module alone: nobody loads it but Node. */
const COMMAND = 'cli/main';
/** What stands for the core: all that others import of it, and as much as the command's help loads. */
const [CORE, ERRORS] = ['\0core', '\0errors'];

/** Chunks beside the core, below 32 kB as those within. */
const PARTS = [
  ['core/every.js', 'dashboard'],
  ['testing/fault-server/api/', 'fault-server-api'],
  ['testing/fault-server/text/', 'fault-server-api'],
  ['testing/fault-server/', 'fault-server'],
  ['fleet/protocol/', 'fleet-protocol'],
  ['fleet/store/', 'fleet-store'],
  ['fleet/background.js', 'fleet-store'],
  ['fleet/member/', 'fleet-member'],
  ['policies/circuit/', 'fleet-member'],
  ['dashboard/page/', 'dashboard-page'],
  // What is left of an entry point, so that its own file, which stands beside those of other names, is short.
  ...entries.filter((name) => name.endsWith('/index')).map((name) => [`${dirname(name)}/`, dirname(name)]),
];

const input = {
  input: Object.fromEntries([...entries, COMMAND].map((name) => [name, compiled(name)])),
  external: isExternal,
  makeAbsoluteExternalsRelative: false,
  plugins: [
    nodeModules(compiled('core/without-node')),
    withoutDescriptions(compiled('core/field')),
    { name: 'without-comments', transform: async (code) => ({ code: await withoutComments(code), map: null }) },
  ],
  // tsc's helpers for decorators look at `this`, which is undefined in modules: they expect that.
  onwarn: (warning, warn) => warning.code !== 'THIS_IS_UNDEFINED' && warn(warning),
  treeshake: { propertyReadSideEffects: false },
};

const graph = await graphOf(input);
const core = inOrder(graph, compiled('index'));
core.delete(compiled('index'));
const errors = new Set([...inOrder(graph, compiled(COMMAND))].filter((id) => core.has(id)));
/** Whether others import it through `#chunks`. Modules of Node's are looked up wherever they are needed. */
const isCore = (id) => core.has(id) && graph.get(id).isFile;

const outside = await rollup({ ...input, external: (id) => isExternal(id) || isCore(id) });
const needed = bindingsOf(await chunksFrom(outside, {}));
const beside = await chunksFrom(outside, {
  paths: (id) => (isCore(id) ? `#chunks/${errors.has(id) ? 'errors' : 'core'}` : id),
  manualChunks: (id) =>
    entryFiles.has(id) ? undefined : PARTS.find(([start]) => id.startsWith(join(COMPILED, start)))?.[1],
});
await outside.close();

const numbers = chunksOf(
  graph,
  [...core].filter((id) => !errors.has(id)),
);
const inside = await rollup({
  ...input,
  input: { 'chunks/core': CORE, 'chunks/errors': ERRORS },
  preserveEntrySignatures: 'allow-extension',
  plugins: [...input.plugins, facades(needed)],
});
const within = await chunksFrom(inside, {
  manualChunks: (id) => {
    if (id === ERRORS || errors.has(id)) return 'errors';
    return numbers.has(id) ? `core-${numbers.get(id)}` : undefined;
  },
});
await inside.close();

for (const folder of FOLDERS) rmSync(folder, { recursive: true, force: true });
for (const { fileName, code } of [...beside, ...within]) write(join('dist/esm', fileName), marked(await dense(code)));
for (const { fileName, code } of [...withoutCommand(beside), ...within]) {
  write(join('dist/cjs', fileName), marked(await dense(commonJs(fileName, code))));
}
write('dist/cjs/package.json', '{ "type": "commonjs" }\n');
// Files of both formats have the same names, so that they stand side by side in the tarball and the second costs little.
for (const [file, text] of declarationsFrom(entries.map((name) => join(COMPILED, `${name}.d.ts`)))) {
  for (const folder of FOLDERS) write(join(folder, relative(COMPILED, file)), text);
}

/** @returns the chunks of a bundle, printed as ES modules */
async function chunksFrom(bundle, options) {
  const { output } = await bundle.generate({
    format: 'es',
    dir: '.',
    hoistTransitiveImports: false,
    minifyInternalExports: false,
    onlyExplicitManualChunks: true,
    generatedCode: 'es2015',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    plugins: [
      { name: 'print', renderChunk: async (code) => ({ code: merged(await withoutComments(code)), map: null }) },
    ],
    ...options,
  });
  return output;
}

/** The names that chunks import from each module of the core. */
function bindingsOf(chunks) {
  const names = new Map();
  for (const { importedBindings } of chunks) {
    for (const [id, imported] of Object.entries(importedBindings)) {
      if (isCore(id)) names.set(id, new Set([...(names.get(id) ?? []), ...imported]));
    }
  }
  return names;
}

/** A plugin for rollup: the modules that stand for the core export these names, each of which is there once. */
function facades(names) {
  const exported = ([module, own]) => `export { ${[...own].join(', ')} } from ${JSON.stringify(module)};`;
  return {
    name: 'facades',
    resolveId: (id) => (id === CORE || id === ERRORS ? id : null),
    load: (id) => {
      if (id !== CORE && id !== ERRORS) return null;
      return [...names]
        .filter(([module]) => id === CORE || errors.has(module))
        .map(exported)
        .join('\n');
    },
  };
}

/** The chunks that the entry points lead to. */
function withoutCommand(chunks) {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const starts = entries.map((name) => `${name}.js`);
  const names = reachable(starts, (name) => byName.get(name)?.imports ?? []);
  return chunks.filter(({ fileName }) => names.has(fileName));
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
