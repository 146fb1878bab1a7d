// How long an import takes, in processes that have loaded nothing yet: the quickest of a few rounds, for whatever makes
// one slower is not the module.
const OURS = {
  holdfast: '../../../dist/esm/index.js',
  'holdfast/testing': '../../../dist/esm/testing/index.js',
  'openai 6, which holdfast/openai loads': 'openai',
  'holdfast/openai, openai included': '../../../dist/esm/openai/index.js',
  'winston, which holdfast loads with its first log line': 'winston',
};
const PEERS = {
  'cockatiel 4': 'cockatiel',
  'opossum 10': 'opossum',
  'p-retry 9': 'p-retry',
  'mollitia 0.1': 'mollitia',
};

/** In a process of its own. */
export async function work({ specifier }) {
  const before = performance.now();
  await import(specifier);
  return performance.now() - before;
}

/** @param {import('../run.js').Bench} bench */
export async function imports({ child, alone, isQuick }) {
  const modules = Object.entries(alone ? OURS : { ...OURS, ...PEERS });
  const times = new Map(modules.map(([name]) => [name, []]));
  for (let round = 0; round < (isQuick ? 1 : 11); round++) {
    for (const [name, specifier] of modules) times.get(name).push(await child('imports', { specifier }));
  }
  return {
    tables: [
      {
        title: 'Time to import',
        note: 'Milliseconds from `import()` to its end in a process that has loaded nothing else, the quickest of eleven.',
        head: ['', 'ms'],
        rows: [...times].map(([name, found]) => [name, Math.min(...found).toFixed(1)]),
      },
    ],
    marks: [],
  };
}
