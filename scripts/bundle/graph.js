// Which modules an entry point leads to, and how those of the core are divided into chunks.
import { isAbsolute } from 'node:path';
import { rollup } from 'rollup';

/**
 * With imports and exports below the 32 kB that gzip looks back, so that a chunk's second format compresses to next to
 * nothing.
 */
const CHUNK_BYTES = 31_500;

/**
 * @typedef {{ imports: readonly string[], bytes: number, isFile: boolean }} Module
 * @typedef {ReadonlyMap<string, Module>} Graph
 */

/**
 * Reads the modules that the inputs lead to.
 * @param {import('rollup').RollupOptions} options
 * @returns {Promise<Graph>}
 */
export async function graphOf(options) {
  const graph = new Map();
  const moduleParsed = ({ id, importedIds, code }) =>
    void graph.set(id, { imports: importedIds, bytes: code.length, isFile: isAbsolute(id) });
  const read = await rollup({ ...options, plugins: [options.plugins, { name: 'graph', moduleParsed }] });
  await read.close();
  return graph;
}

/**
 * What a module leads to by its static imports, itself included: each module after those that it imports.
 * @param {Graph} graph
 * @param {string} id
 * @returns {Set<string>}
 */
export function inOrder(graph, id, found = new Set(), seen = new Set([id])) {
  for (const each of graph.get(id)?.imports ?? []) {
    if (seen.has(each) || !graph.has(each)) continue;
    seen.add(each);
    inOrder(graph, each, found, seen);
  }
  return found.add(id);
}

/**
 * @param {Iterable<string>} starts
 * @param {(id: string) => readonly string[]} next
 */
export function reachable(starts, next) {
  const found = new Set(starts);
  // The set grows while it is walked.
  for (const id of found) for (const each of next(id)) found.add(each);
  return found;
}

/**
 * Divides modules into few chunks. They stay in their order, so that no chunk imports a later one.
 * @param {Graph} graph
 * @param {readonly string[]} ids in their order
 * @returns {Map<string, number>} the number of each module's chunk
 */
export function chunksOf(graph, ids) {
  let number = 1;
  let filled = 0;
  return new Map(
    ids.map((id) => {
      const { bytes } = graph.get(id);
      filled += bytes;
      if (filled > CHUNK_BYTES) {
        number += 1;
        filled = bytes;
      }
      return [id, number];
    }),
  );
}
