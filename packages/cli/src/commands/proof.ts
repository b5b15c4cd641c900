import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CliError, usageError } from '../cli-error.ts';
import {
  type CommandContext,
  clientFor,
  runs,
  type ServerOptions,
  withExamples,
  withServerOptions,
} from '../command-context.ts';
import type { ApiClient } from '../connection/api-client.ts';
import type { EventView } from '../event-view.ts';
import { ExitCode } from '../exit-code.ts';
import { plainText, safeJson } from '../terminal/plain-text.ts';
import { line, note, write } from '../terminal/terminal.ts';
import { repeated } from './repeated.ts';
import { requireVkeys } from './require-vkeys.ts';

interface ProofOptions extends ServerOptions {
  readonly out?: string;
  readonly record?: string;
  readonly check?: string;
  readonly vkey?: readonly string[];
}

/** `attestry proof`: evidence for one event that is checked without the server. */
export function registerProof(program: Command, context: CommandContext): void {
  const command = program
    .command('proof')
    .summary('get or check the proof of one event')
    .description(
      'Fetches the proof that an event is in the log (a c2sp.org/tlog-proof@v1 file), or checks one offline: no server,\nno network, only the record, the proof and the verifier key you trust.',
    )
    .argument('[id]', 'id of the event');
  withServerOptions(command)
    .option('-o, --out <file>', 'write the proof to this file instead of standard output')
    .option('--record <file>', 'also write the exact record bytes; with --check, the record to check')
    .option('--check <file>', 'check this proof file')
    .option(
      '--vkey <key>',
      'with --check: verifier key of the log (see `attestry tenants list`); may be repeated',
      repeated,
    )
    .action(
      runs(context, (id: string | undefined, options: ProofOptions) =>
        options.check === undefined
          ? fetchProof(context, id, options)
          : checkProof(context, options.check, options),
      ),
    );
  withExamples(command, [
    [
      'attestry proof 0199f2c4-7a31-7000-8000-5f1c2d3e4b5a -o event.proof --record event.record',
      'evidence to give away',
    ],
    [
      "attestry proof --check event.proof --record event.record --vkey 'audit.example.com/t/acme+...'",
      'what the other side does',
    ],
  ]);
}

async function fetchProof(
  { terminal }: CommandContext,
  id: string | undefined,
  options: ProofOptions,
): Promise<ExitCode> {
  if (id === undefined)
    throw usageError('proof needs the id of an event, or --check', 'See attestry proof --help.');
  if (options.vkey !== undefined) throw usageError('--vkey goes with --check');
  const client = clientFor(options);
  const path = `/v1/events/${encodeURIComponent(id)}`;
  const proofText = await client.text(`${path}/proof`, { accept: 'text/plain' });
  const record = options.record === undefined ? undefined : await recordBytes(client, path, proofText);
  if (record !== undefined) writeFile(options.record ?? '', record);
  if (options.out !== undefined) writeFile(options.out, proofText);
  if (options.json === true) {
    const text = record === undefined ? undefined : Buffer.from(record).toString('utf8');
    await line(terminal, safeJson({ proof: proofText, ...(text === undefined ? {} : { record: text }) }));
  } else if (options.out === undefined) {
    await write(terminal.stdout, proofText);
  } else {
    await note(
      terminal,
      `proof in ${options.out}${options.record === undefined ? '' : `, record in ${options.record}`}`,
    );
  }
  return ExitCode.done;
}

/** The exact bytes of the record, cut from the entry bundle that any outsider can fetch too. */
async function recordBytes(client: ApiClient, eventPath: string, proofText: string): Promise<Uint8Array> {
  const { decodeEntryBundle, entryBundlePath, parseCheckpoint, parseTlogProof } = await import(
    '@attestry/core'
  );
  const { index, checkpointNote } = parseTlogProof(proofText);
  const { size } = parseCheckpoint(checkpointNote.slice(0, checkpointNote.lastIndexOf('\n\n') + 1));
  const event = await client.json<EventView & { readonly tenant_id: string }>(eventPath);
  const bundleIndex = Math.floor(index / 256);
  const width = Math.min(256, size - bundleIndex * 256);
  const bundlePath = width === 256 ? entryBundlePath(bundleIndex) : entryBundlePath(bundleIndex, width);
  const response = await client.send(`/v1/logs/${encodeURIComponent(event.tenant_id)}/${bundlePath}`, {
    accept: 'application/octet-stream',
  });
  const record = decodeEntryBundle(new Uint8Array(await response.arrayBuffer()))[index % 256];
  if (record !== undefined) return record;
  throw new CliError(`the bundle ${bundlePath} has no entry ${index % 256}`, {
    code: 'bundle_short',
    exitCode: ExitCode.finding,
    hint: 'Run attestry verify: the log does not serve what it signed.',
  });
}

async function checkProof(
  { terminal }: CommandContext,
  file: string,
  options: ProofOptions,
): Promise<ExitCode> {
  if (options.record === undefined || options.vkey === undefined) {
    throw usageError(
      '--check needs --record and --vkey',
      'The verifier key must come from somewhere you trust, not from the proof.',
    );
  }
  await requireVkeys(options.vkey);
  const { portableCrypto, verifyTlogProof } = await import('@attestry/core');
  const verdict = verifyTlogProof(portableCrypto, {
    proofText: readFile(file).toString('utf8'),
    recordBytes: readFile(options.record),
    vkeys: options.vkey,
  });
  if (options.json === true) {
    const { checkpoint, ...rest } = verdict.ok ? verdict : { ...verdict, checkpoint: undefined };
    const shown =
      checkpoint === undefined
        ? {}
        : { checkpoint: { ...checkpoint, root: Buffer.from(checkpoint.root).toString('hex') } };
    await line(terminal, safeJson({ ...rest, ...shown }));
  } else if (verdict.ok) {
    const { origin, size } = verdict.checkpoint;
    await line(
      terminal,
      `${terminal.colour.green('✔ proven')}  record ${verdict.index} is in ${plainText(origin)} at size ${size}`,
    );
  } else {
    await line(
      terminal,
      `${terminal.colour.red('✘ not proven')}  ${verdict.code}: ${plainText(verdict.detail)}`,
    );
  }
  return verdict.ok ? ExitCode.done : ExitCode.finding;
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw usageError(`cannot read ${path}: ${(error as Error).message}`);
  }
}

function writeFile(path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, content);
  } catch (error) {
    throw usageError(`cannot write ${path}: ${(error as Error).message}`);
  }
}
