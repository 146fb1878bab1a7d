// A plugin for rollup: imports modules of Node's in a way that runtimes without them survive.
import { REPLACEABLE } from '../../dist/core/without-node.js';

const PREFIX = '\0';

/** @param {string} loader the path of the module that exports `nodeModule` */
export function nodeModules(loader) {
  return {
    name: 'node-modules',
    resolveId: (id) => (REPLACEABLE.includes(id) ? `${PREFIX}${id}` : null),
    load: (id) => {
      if (!id.startsWith(`${PREFIX}node:`)) return null;
      const module = id.slice(PREFIX.length);
      const names = Object.keys(process.getBuiltinModule(module)).filter((name) => name !== 'default');
      return [
        `import { nodeModule } from ${JSON.stringify(loader)};`,
        `const found = nodeModule(${JSON.stringify(module)});`,
        ...names.map((name) => `const own_${name} = found.${name};`),
        `export { ${names.map((name) => `own_${name} as ${name}`).join(', ')} };`,
      ].join('\n');
    },
  };
}

/** Packages, and modules of Node's that nothing replaces: only entry points beside `holdfast` use them. */
export function isExternal(id) {
  return !/^[./#\0]/.test(id) && !REPLACEABLE.includes(id);
}
