// Makes what is published of what tsc compiled: dist/esm and dist/cjs, each with few files and its declarations.
// One chunk holds everything that `holdfast` loads, so that the other entry points share it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { transform } from 'esbuild';
import { rollup } from 'rollup';
import { REPLACEABLE } from '../dist/core/without-node.js';
import { entryPoints } from './entries.js';

const COMPILED = resolve('dist');
const entries = entryPoints().map(({ name }) => name);
const input = (names) => Object.fromEntries(names.map((name) => [name, join(COMPILED, `${name}.js`)]));

/** The command is an ES module alone: nobody loads it but Node. */
const FORMATS = [
  { format: 'es', folder: 'dist/esm', names: [...entries, 'cli/main'] },
  { format: 'cjs', folder: 'dist/cjs', names: entries },
];

/** Chunks of other entry points that are alike in both formats and below 32 kB, so that the second compresses to nothing. */
const PARTS = [
  ['testing/fault-server/api/', 'fault-server-api'],
  ['testing/fault-server/text/', 'fault-server-api'],
  ['testing/fault-server/', 'fault-server'],
  ['openai/generation-service.js', 'openai-services'],
  ['openai/embedding-service.js', 'openai-services'],
];

/** What `import.meta.url` is in the CommonJS build. */
const OWN_URL = "require('node:url').pathToFileURL(__filename).href";
/** A relative path in a declaration, as in `from './x.js'` and `import('./x.js')`. */
const SPECIFIER = /((?:from |import |import\()(["']))(\.{1,2}\/[^"']+)\.js\2/g;

/** Leaves out the descriptions of options: only resilience.schema.json is made of them. */
const withoutDescriptions = {
  name: 'without-descriptions',
  transform: (code) => code.replace(/^ +doc: (['"]).*\1,\n/gm, ''),
};

for (const { format, folder, names } of FORMATS) {
  rmSync(folder, { recursive: true, force: true });
  const bundle = await rollup({
    input: input(names),
    external,
    onwarn,
    plugins: [nodeModules(), withoutDescriptions],
    treeshake: { propertyReadSideEffects: false },
  });
  await bundle.write({
    dir: folder,
    format,
    exports: 'named',
    hoistTransitiveImports: false,
    minifyInternalExports: false,
    generatedCode: 'es2015',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    manualChunks: coreChunk(),
    plugins: [
      { name: 'own-url', resolveImportMeta: () => (format === 'cjs' ? OWN_URL : null) },
      {
        name: 'without-comments',
        renderChunk: async (code) => marked(await withoutComments(code)),
      },
    ],
  });
  await bundle.close();
}

// Files of both formats have the same names, so that they stand side by side in the tarball and the second costs little.
write('dist/cjs/package.json', '{ "type": "commonjs" }\n');
for (const file of reachableDeclarations()) {
  const text = readFileSync(join(COMPILED, file), 'utf8').replace(/^\/\/# sourceMappingURL.*\n?/m, '');
  for (const { folder } of FORMATS) write(join(folder, file), text);
}

/** Packages, and modules of Node's that only entry points beside `holdfast` use. */
function external(id) {
  return !/^[./\0]/.test(id) && !REPLACEABLE.includes(id);
}

/** Imports modules of Node's in a way that runtimes without them survive. */
function nodeModules() {
  const PREFIX = '\0';
  return {
    name: 'node-modules',
    resolveId: (id) => (REPLACEABLE.includes(id) ? `${PREFIX}${id}` : null),
    load: (id) => {
      if (!id.startsWith(PREFIX)) return null;
      const names = Object.keys(process.getBuiltinModule(id.slice(PREFIX.length))).filter((name) => name !== 'default');
      return [
        `import { nodeModule } from ${JSON.stringify(join(COMPILED, 'core/without-node.js'))};`,
        `const found = nodeModule(${JSON.stringify(id.slice(PREFIX.length))});`,
        ...names.map((name) => `const own_${name} = found.${name};`),
        `export { ${names.map((name) => `own_${name} as ${name}`).join(', ')} };`,
      ].join('\n');
    },
  };
}

/** tsc's helpers for decorators look at `this`, which is undefined in modules: they expect that. */
function onwarn(warning, warn) {
  if (warning.code !== 'THIS_IS_UNDEFINED') warn(warning);
}

/** Prints the code twice: esbuild drops all comments only with the white space. */
async function withoutComments(code) {
  const options = { target: 'es2022', charset: 'utf8' };
  const dense = await transform(code, { ...options, minifyWhitespace: true });
  return transform(dense.code, options);
}

/**
 * Lets bundlers leave out constants that nothing uses, as making one has no effect beside its value, and leave imports
 * alone that are decided when they run.
 */
function marked({ code }) {
  const pure = code.replace(/^((?:const|let|var) [\w$]+ = )(?=(?:new )?[\w$.]+\()/gm, '$1/* @__PURE__ */ ');
  return {
    code: pure.replace(/\bimport\(([\w$]+)\)/g, 'import(/* webpackIgnore: true */ /* @vite-ignore */ $1)'),
    map: null,
  };
}

/** Names the chunk of each module that `holdfast` loads; the others are left to rollup. The command's help loads no core. */
function coreChunk() {
  let core;
  let command;
  return (id, { getModuleInfo }) => {
    const from = (entry) => reachable(join(COMPILED, entry), (module) => getModuleInfo(module)?.importedIds ?? []);
    core ??= from('index.js');
    command ??= from('cli/main.js');
    if (!core.has(id)) return PARTS.find(([folder]) => id.startsWith(join(COMPILED, folder)))?.[1];
    return command.has(id) ? 'errors' : 'core';
  };
}

/** The declarations that those of the entry points lead to, by their paths below dist/. */
function reachableDeclarations() {
  const importsOf = (file) =>
    [...readFileSync(file, 'utf8').matchAll(SPECIFIER)].map(([, , , path]) => resolve(dirname(file), `${path}.d.ts`));
  const files = entries.flatMap((name) => [...reachable(join(COMPILED, `${name}.d.ts`), importsOf)]);
  return [...new Set(files)].map((file) => relative(COMPILED, file));
}

/**
 * @param {string} start
 * @param {(id: string) => readonly string[]} next
 */
function reachable(start, next) {
  const found = new Set([start]);
  // The set grows while it is walked.
  for (const id of found) for (const each of next(id)) found.add(each);
  return found;
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
