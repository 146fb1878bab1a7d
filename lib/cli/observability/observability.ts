import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { CommandFailure } from '../errors.js';
import { ownPackage } from '../package-root.js';
import { say } from '../terminal/output.js';

/**
 * Copies the dashboard and the alert rules into a folder. Copies nothing if a file of the user differs and `force` is
 * false.
 * @throws {CommandFailure} if files differ and `force` is false, or if the folder cannot be written
 */
export async function writeFiles(dir: string, force: boolean): Promise<void> {
  const from = join(ownPackage().root, 'observability');
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(from, join(parentPath, name)))
    .sort();
  const texts = new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(join(from, file))] as const)),
  );
  const differing: string[] = [];
  for (const [file, text] of texts) if (await differs(join(dir, file), text)) differing.push(join(dir, file));
  if (differing.length > 0 && !force)
    throw new CommandFailure(
      `these files differ from those of holdfast: ${differing.join(', ')}. Write --force to replace them.`,
    );
  for (const [file, text] of texts) {
    const target = join(dir, file);
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text);
    } catch (error) {
      throw new CommandFailure(`${target} cannot be written: ${(error as NodeJS.ErrnoException).code}`);
    }
    say(target);
  }
}

/** True if the file exists and has other content. */
async function differs(path: string, text: Buffer): Promise<boolean> {
  try {
    return !(await readFile(path)).equals(text);
  } catch {
    return false;
  }
}
