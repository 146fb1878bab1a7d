// The libraries that the benchmarks compare holdfast with: installed by whoever wants to compare, not with the project.
import { Misuse } from './command.js';

const INSTALL = 'npm install --prefix bench';

/**
 * @param {readonly string[]} names
 * @throws {Misuse} that names every one that is not installed
 */
export function requirePeers(names) {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const are = missing.length === 1 ? 'is' : 'are';
  throw new Misuse(`${missing.join(', ')} ${are} not installed: ${INSTALL}`);
}

function isInstalled(name) {
  try {
    return import.meta.resolve(name) !== '';
  } catch {
    return false;
  }
}
