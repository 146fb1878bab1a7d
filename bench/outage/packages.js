import { UsageError } from './errors.js';

/** A package that only benchmarks need: they have a package.json of their own. */
export async function peer(name) {
  return orTell(import(name), `${name} is not installed: npm install --prefix bench`);
}

/** The library as it was built last. By its path, since bench is a package of its own and cannot name it. */
export async function library() {
  return orTell(import('../../dist/index.js'), 'holdfast is not built: npm run build');
}

async function orTell(loading, advice) {
  try {
    return await loading;
  } catch (error) {
    throw error?.code === 'ERR_MODULE_NOT_FOUND' ? new UsageError(advice) : error;
  }
}
