import { readFileSync } from 'node:fs';

const VITEST = new URL('../../examples/vitest/vitest.config.ts', import.meta.url);

/** The page of the set-ups that `npm run setups` has tried. */
export function pageOf(results) {
  const rows = results.map(({ name, packages }) => `| ${name} | ${packages.map((each) => `\`${each}\``).join(', ')} |`);
  return `# Set-ups

Where holdfast was tried: the packed package is installed beside the packages of each row, and the same class is compiled and
run there. \`npm run setups\` does it and writes this page if every set-up holds.

The class has \`@CircuitProtected\` over \`@RetryOnTransient\`. It has to retry, to open its circuit, to reject with
\`CircuitOpenError\`, to emit its events in order, to read a setting of the environment, and to write its log. Workers of
Cloudflare have no environment: there it uses the default.

| set-up | installed |
|---|---|
${rows.join('\n')}

## CommonJS

\`require('holdfast')\` and \`import\` load two builds with one state: circuits, gates, settings, listeners and signals are the
same, and \`instanceof CircuitOpenError\` holds for errors of either. The same goes for two installations of one major version.
Two major versions share nothing and emit one process warning.

## One file for Lambda

Nothing has to be configured. A bundle leaves out winston and convict: holdfast writes the same lines of log without winston, and
reads settings without convict.

## Minified code

A minifier renames classes, and \`Class.method\` in logs, metrics and settings changes with each build. Give the method a stable
\`name\`, as in \`@RetryOnTransient({ name: 'Inventory.level' })\`, or keep the names: \`esbuild --keep-names\`.
\`next build\` minifies the code of the server too.

## vitest and standard decorators

vite 8 leaves standard decorators as they are, and no engine knows them yet. A plugin of a few lines compiles them:

\`\`\`typescript
${readFileSync(VITEST, 'utf8').trim()}
\`\`\`

## Next.js

Decorators on methods need \`"experimentalDecorators": true\` in tsconfig.json. Without it, Turbopack compiles a dialect of
2018, which holdfast refuses with a \`DecorationError\` during the build, and webpack ends with a syntax error. Decorated
functions, as in [the example](../examples/nextjs/route.ts), need no setting.

Both runtimes work, \`nodejs\` and \`edge\`. In the edge runtime there is no settings file, and log lines go to
\`console.error\`. The server and the edge runtime have circuits of their own.

## Workers at the edge

The entry point \`holdfast\` imports none of Node's modules. Without \`node:fs\` there is no settings file: use \`configure()\`.
Without \`node:async_hooks\`, \`currentSignal()\` is undefined; in Cloudflare's workers the flag \`nodejs_compat\` brings it.
Log lines go to \`console.error\`.

## Anti-patterns

- \`import 'holdfast/dist/esm/index.js'\`: files are not entry points, and their names change. Import \`holdfast\`.
- \`jest.mock('holdfast')\`: the test then says nothing about retries. Use \`instantRetries()\` and \`FakeClock\` of
  \`holdfast/testing\`.
- Two major versions in one process, one of them through a dependency: each has circuits of its own. See \`npm ls holdfast\`.
`;
}
