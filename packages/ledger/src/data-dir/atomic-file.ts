import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Names of unfinished files, as `replaceFile` makes them. */
const TEMPORARY = /\.tmp-[0-9]+-[0-9]+$/;

let serial = 0;

/**
 * Replaces a file so that after a crash it has either the old or the new content, never a part, and that the new
 * content is on the disk when this resolves: write beside it, fsync, rename, fsync the folder.
 *
 * @param mode permissions, e.g. 0o600
 */
export async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  serial += 1;
  const temporary = `${path}.tmp-${process.pid}-${serial}`;
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Removes what a process that was killed while it replaced a file has left. Only the holder of the folder's lock may. */
export async function removeTemporaryFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (TEMPORARY.test(name)) await rm(join(folder, name), { force: true });
  }
}

/** Makes names in a folder durable: a file that was synced may still lose its name in a crash. */
async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders; its renames are journalled.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
