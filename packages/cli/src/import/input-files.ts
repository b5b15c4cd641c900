import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { usageError } from '../cli-error.ts';
import { IMPORT_FILE_BYTES_MAX } from '../limits.ts';

/** One input of an import. */
export interface InputFile {
  /** As the person wrote it, or below the folder they wrote; `-` is stdin. */
  readonly path: string;
  readonly bytes: number;
}

/** What the paths of an import hold: the files, and each path that gives none, with the reason. */
export interface InputListing {
  readonly inputs: readonly InputFile[];
  readonly unusable: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Lists the files of an import: files as given, folders with everything below that has one of the endings, in the
 * order of their names, so that two runs send the same events in the same order. Links to files are followed, links to
 * folders are not.
 *
 * @throws {CliError} none of the paths holds anything to import
 */
export async function listInputs(
  paths: readonly string[],
  endings: readonly string[],
): Promise<InputListing> {
  const inputs: InputFile[] = [];
  const unusable: { path: string; reason: string }[] = [];
  const fileAt = async (path: string): Promise<void> => {
    const facts = await stat(path);
    if (!facts.isDirectory()) inputs.push({ path, bytes: facts.size });
  };
  const attempt = async (path: string, step: (path: string) => Promise<void>): Promise<void> => {
    try {
      await step(path);
    } catch (error) {
      unusable.push({ path, reason: reasonOf(error as NodeJS.ErrnoException) });
    }
  };
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      const isWanted = endings.some((ending) => entry.name.toLowerCase().endsWith(ending));
      if (entry.isDirectory()) await attempt(path, walk);
      else if (isWanted && (entry.isFile() || entry.isSymbolicLink())) await attempt(path, fileAt);
    }
  };
  for (const path of paths) {
    const before = inputs.length + unusable.length;
    if (path === '-') inputs.push({ path, bytes: 0 });
    else await attempt(path, async () => ((await stat(path)).isDirectory() ? walk(path) : fileAt(path)));
    if (inputs.length + unusable.length > before) continue;
    const reason = `no file in it ends in ${endings.join(', ')}; name files directly to import them anyway`;
    unusable.push({ path, reason });
  }
  if (inputs.length > 0) return { inputs, unusable };
  throw usageError(
    unusable.map(({ path, reason }) => `${path}: ${reason}`).join('\n'),
    'Give files, folders, or - for standard input.',
  );
}

function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code === 'ENOENT' ? 'no such file or folder' : error.message;
}

/**
 * Reads one input as text; gzip is known by its first two bytes, whatever the name says.
 *
 * @throws {Error} with a sentence: cannot be read, too big, broken gzip, not UTF-8
 */
export async function readInputText(input: InputFile, stdin: NodeJS.ReadStream): Promise<string> {
  if (input.bytes > IMPORT_FILE_BYTES_MAX)
    throw new Error(`larger than ${IMPORT_FILE_BYTES_MAX} bytes; split it`);
  let bytes = input.path === '-' ? await readAll(stdin) : await readFile(input.path);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = await promisify(gunzip)(bytes, { maxOutputLength: IMPORT_FILE_BYTES_MAX });
    } catch (cause) {
      throw new Error(`broken gzip (${(cause as Error).message})`, { cause });
    }
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error('not UTF-8 text', { cause });
  }
}

async function readAll(stream: NodeJS.ReadStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > IMPORT_FILE_BYTES_MAX) throw new Error(`larger than ${IMPORT_FILE_BYTES_MAX} bytes; split it`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
