import { opendir, readFile, stat } from 'node:fs/promises';
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

/**
 * Lists the files of an import: files as given, folders with everything below that has one of the endings, in the
 * order of their names, so that two runs send the same events in the same order.
 *
 * @throws {CliError} a path does not exist, or a folder holds nothing to import
 */
export async function listInputs(
  paths: readonly string[],
  endings: readonly string[],
): Promise<readonly InputFile[]> {
  const inputs: InputFile[] = [];
  for (const path of paths) {
    if (path === '-') {
      inputs.push({ path, bytes: 0 });
      continue;
    }
    const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
      throw usageError(
        error.code === 'ENOENT' ? `${path}: no such file or folder` : `${path}: ${error.message}`,
        'Give files, folders, or - for standard input.',
      );
    });
    if (!facts.isDirectory()) {
      inputs.push({ path, bytes: facts.size });
      continue;
    }
    const found = await filesBelow(path, endings);
    if (found.length === 0) {
      throw usageError(
        `${path}: no file in it ends in ${endings.join(', ')}`,
        'Name files directly to import them anyway.',
      );
    }
    inputs.push(...found);
  }
  return inputs;
}

async function filesBelow(folder: string, endings: readonly string[]): Promise<InputFile[]> {
  const found: InputFile[] = [];
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (!entry.isFile() || !endings.some((ending) => entry.name.toLowerCase().endsWith(ending))) continue;
    const path = join(entry.parentPath, entry.name);
    found.push({ path, bytes: (await stat(path)).size });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
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
