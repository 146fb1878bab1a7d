// `node --expose-gc bench/limiter/memory.js`: bytes that a limiter keeps for each of a million keys.
import { Limiter } from '../../dist/policies/limiter/limiter.js';

const KEYS = Number(process.argv[2] ?? 1_000_000);

if (!globalThis.gc) throw new Error('write node --expose-gc bench/limiter/memory.js');
const used = () => {
  for (let i = 0; i < 5; i++) globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const limiter = new Limiter({ limit: 60, perMs: 3_600_000, burst: 1 });
const before = used();
for (let i = 0; i < KEYS; i++) limiter.take(`tenant-${i}`, 1, 1_764_376_075_000 + (i >> 10));
const bytes = (used() - before) / KEYS;
console.log(`${limiter.keys} keys, ${bytes.toFixed(1)} bytes each, their names included`);
if (limiter.keys !== KEYS) throw new Error(`expected ${KEYS} keys`);
process.exitCode = bytes <= 100 ? 0 : 1;
