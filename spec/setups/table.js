// The set-ups in which TypeScript services run. Each is a project of its own, in which the packed package is installed.
// `steps` are run one after the other in the project, or in the folder `alone` beside it, which has no node_modules; the
// last one prints what the probe said, or is a test run that compares it itself.

const typescript = (version) => `typescript@${version}`;
const TYPES = '@types/node@20';
const node = (...args) => ['node', ...args];
const tool = (name, ...args) => [`node_modules/.bin/${name}`, ...args];
const config = (options) =>
  JSON.stringify({
    compilerOptions: { outDir: 'out', skipLibCheck: true, types: ['node'], strict: true, ...options },
    include: ['main.ts'],
  });
const LEGACY = { experimentalDecorators: true, emitDecoratorMetadata: true };
const EXAMPLES = '../../../examples';
const SOURCES = { 'probe.ts': 'probe.ts', 'main.ts': 'main.ts' };

function compiled(name, version, type, options, flags = []) {
  return {
    name,
    packages: [typescript(version), TYPES],
    type,
    files: SOURCES,
    texts: { 'tsconfig.json': config(options) },
    steps: [tool('tsc', '-p', '.'), node(...flags, 'out/main.js')],
  };
}

const nodenext = { target: 'es2022', module: 'nodenext' };
const esbuild = (...args) =>
  tool('esbuild', 'main.ts', '--bundle', '--platform=node', '--target=es2022', '--log-level=error', ...args);

/** An app of one route. Next.js compiles legacy decorators alone. */
const next = (runtime, builder) => ({
  name: `Next.js 16, next build with ${builder}, runtime ${runtime}`,
  packages: ['next@16', 'react@19', 'react-dom@19', typescript('5.9.3'), TYPES, '@types/react@19'],
  type: 'module',
  files: { 'probe.ts': 'probe.ts', 'next.mjs': 'next.mjs' },
  texts: {
    'app/probe/route.ts': [
      "import { probe } from '../../probe';",
      `export const runtime = '${runtime}';`,
      "export const dynamic = 'force-dynamic';",
      'export const GET = async (): Promise<Response> => Response.json(await probe());',
    ].join('\n'),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        module: 'esnext',
        moduleResolution: 'bundler',
        jsx: 'react-jsx',
        strict: true,
        noEmit: true,
        ...LEGACY,
      },
    }),
  },
  steps: [tool('next', 'build', `--${builder}`), node('next.mjs')],
});

export const SETUPS = [
  compiled('TypeScript 7, ES modules, standard decorators', '7.0.2', 'module', nodenext),
  compiled('TypeScript 7, ES modules, legacy decorators', '7.0.2', 'module', { ...nodenext, ...LEGACY }),
  compiled('TypeScript 7, CommonJS, legacy decorators', '7.0.2', 'commonjs', { ...nodenext, ...LEGACY }),
  compiled('TypeScript 5.9, module commonjs, resolution node10', '5.9.3', 'commonjs', {
    target: 'es2022',
    module: 'commonjs',
    moduleResolution: 'node10',
    ...LEGACY,
  }),
  compiled('TypeScript 5.9, module node16, CommonJS', '5.9.3', 'commonjs', { target: 'es2022', module: 'node16' }),
  compiled('TypeScript 5.9, module node18, ES modules', '5.9.3', 'module', { target: 'es2022', module: 'node18' }),
  compiled('node --frozen-intrinsics', '7.0.2', 'module', nodenext, ['--frozen-intrinsics', '--no-warnings']),
  {
    name: 'tsx',
    packages: ['tsx@4'],
    type: 'module',
    files: SOURCES,
    steps: [tool('tsx', 'main.ts')],
  },
  {
    name: 'jest 30 with ts-jest, CommonJS',
    packages: ['jest@30', 'ts-jest@29', '@types/jest@30', typescript('5.9.3'), TYPES],
    type: 'commonjs',
    files: {
      'probe.ts': 'probe.ts',
      'probe.test.ts': 'probe.test.ts',
      'stock.test.ts': `${EXAMPLES}/jest/stock.test.ts`,
      'jest.config.json': `${EXAMPLES}/jest/jest.config.json`,
    },
    texts: {
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          target: 'es2022',
          module: 'commonjs',
          strict: true,
          skipLibCheck: true,
          types: ['node', 'jest'],
          ...LEGACY,
        },
      }),
    },
    steps: [tool('jest')],
    compares: true,
  },
  {
    name: 'jest 30 with @swc/jest, CommonJS',
    packages: ['jest@30', '@swc/jest@0.2', '@swc/core@1'],
    type: 'commonjs',
    files: { 'probe.ts': 'probe.ts', 'probe.test.ts': 'probe.test.ts', 'jest.config.cjs': 'jest-swc.config.cjs' },
    steps: [tool('jest')],
    compares: true,
  },
  {
    name: 'vitest 4, standard decorators, with a plugin',
    packages: ['vitest@4', 'vite@8', 'esbuild@0.28'],
    type: 'module',
    files: {
      'probe.ts': 'probe.ts',
      'probe.test.ts': 'probe.vitest.ts',
      'stock.test.ts': `${EXAMPLES}/vitest/stock.test.ts`,
      'vitest.config.ts': `${EXAMPLES}/vitest/vitest.config.ts`,
    },
    steps: [tool('vitest', 'run')],
    compares: true,
  },
  {
    name: 'Babel 7, standard decorators',
    packages: ['@babel/core@7', '@babel/cli@7', '@babel/preset-typescript@7', '@babel/plugin-proposal-decorators@7'],
    type: 'module',
    files: { ...SOURCES, 'babel.config.json': 'babel.config.json' },
    steps: [tool('babel', 'main.ts', 'probe.ts', '--extensions', '.ts', '--out-dir', 'out'), node('out/main.js')],
  },
  {
    name: 'esbuild, an ES module in one minified file, without node_modules (Lambda)',
    packages: ['esbuild@0.28'],
    type: 'module',
    files: SOURCES,
    steps: [esbuild('--minify', '--format=esm', '--outfile=../alone/main.mjs'), { alone: node('main.mjs') }],
  },
  {
    name: 'esbuild, CommonJS in one minified file, without node_modules (Lambda)',
    packages: ['esbuild@0.28'],
    type: 'module',
    files: SOURCES,
    steps: [esbuild('--minify', '--format=cjs', '--outfile=../alone/main.cjs'), { alone: node('main.cjs') }],
  },
  {
    name: 'rollup, an ES module in one file, without node_modules',
    packages: ['rollup@4', '@rollup/plugin-node-resolve@16', '@rollup/plugin-commonjs@29', typescript('7.0.2'), TYPES],
    type: 'module',
    files: { ...SOURCES, 'rollup.config.mjs': 'rollup.config.mjs' },
    texts: { 'tsconfig.json': config(nodenext) },
    steps: [tool('tsc', '-p', '.'), tool('rollup', '-c', '--silent'), { alone: node('main.mjs') }],
  },
  {
    name: 'webpack 5, CommonJS in one minified file, without node_modules',
    packages: ['webpack@5', 'webpack-cli@6', typescript('7.0.2'), TYPES],
    type: 'module',
    files: { ...SOURCES, 'webpack.config.cjs': 'webpack.config.cjs' },
    texts: { 'tsconfig.json': config(nodenext) },
    steps: [tool('tsc', '-p', '.'), tool('webpack', '--config', 'webpack.config.cjs'), { alone: node('main.cjs') }],
  },
  ...[[], ['nodejs_compat']].map((flags) => ({
    name: `workerd through miniflare, ${flags.length > 0 ? 'with nodejs_compat' : "without Node's modules"}`,
    packages: ['esbuild@0.28', 'miniflare@4.20251011'],
    type: 'module',
    files: { 'probe.ts': 'probe.ts', 'worker.ts': 'worker.ts', 'miniflare.mjs': 'miniflare.mjs' },
    steps: [
      tool(
        'esbuild',
        'worker.ts',
        '--bundle',
        '--platform=neutral',
        '--main-fields=module,main',
        '--target=es2022',
        '--format=esm',
        '--log-level=error',
        '--outfile=worker.mjs',
      ),
      node('miniflare.mjs', ...flags),
    ],
    hasProcess: false,
  })),
  ...['nodejs', 'edge'].flatMap((runtime) => ['turbopack', 'webpack'].map((builder) => next(runtime, builder))),
  {
    name: 'Bun',
    packages: ['bun@1'],
    type: 'module',
    files: {
      ...SOURCES,
      'server.ts': `${EXAMPLES}/bun/server.ts`,
      'tsconfig.json': `${EXAMPLES}/bun/tsconfig.json`,
    },
    steps: [['sh', '-c', 'test "$(node_modules/.bin/bun server.ts | xargs)" = "502 503"'], tool('bun', 'main.ts')],
  },
  {
    name: 'Deno',
    packages: ['deno@2', typescript('7.0.2'), TYPES],
    type: 'module',
    files: SOURCES,
    texts: { 'tsconfig.json': config(nodenext) },
    steps: [tool('tsc', '-p', '.'), tool('deno', 'run', '--allow-all', '--no-check', 'out/main.js')],
  },
];
