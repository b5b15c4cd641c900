import {
  type Checkpoint,
  decodeEntryBundle,
  entryBundlePath,
  equalBytes,
  type Finding,
  type FindingCode,
  formatVkey,
  hexToBytes,
  NOTE_ALGORITHM,
  NoteError,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseVkey,
  portableCrypto,
  TILE_WIDTH,
  verifyConsistency,
} from '@attestry/core';
import type { ApiClient } from '../connection/api-client.ts';
import { ApiError } from '../connection/api-error.ts';
import type { RememberedCheckpoint } from './checkpoint-memory.ts';

/** What the newest checkpoint of a server is worth to this user. */
export interface Continuity {
  readonly findings: readonly Finding[];
  /** The verified checkpoint, and what to remember of it; both absent when there is a finding or nothing is signed. */
  readonly checkpoint?: Checkpoint;
  readonly seen?: RememberedCheckpoint;
}

/** What the user trusts already. */
interface Trust {
  /** Keys given on the command line; they win over the remembered one. */
  readonly vkeys: readonly string[];
  readonly remembered: RememberedCheckpoint | undefined;
}

/**
 * Checks on this side what a server cannot check for us: that its newest checkpoint is signed by the known key of the
 * log, and that the log continues the checkpoint that was seen last. Without a known key the one that the log names in
 * its first record is trusted, this once.
 */
export async function checkContinuity(client: ApiClient, trust: Trust): Promise<Continuity> {
  const { remembered } = trust;
  const before = remembered && parseCheckpoint(parseNote(remembered.note).text);
  const note = await latestNote(client);
  if (note === undefined) {
    if (before === undefined) return { findings: [] };
    return found(
      'ROLLBACK',
      `nothing is signed, but ${before.size} records were signed when this user last looked`,
    );
  }
  try {
    const claimed = parseCheckpoint(parseNote(note).text);
    const vkeys =
      trust.vkeys.length > 0 ? trust.vkeys : [remembered?.vkey ?? (await firstKey(client, claimed))];
    const vkey = vkeys.find((one) => parseVkey(portableCrypto, one).name === claimed.origin);
    if (vkey === undefined) return otherOrigin(claimed, vkeys, before);
    const { checkpoint } = openCheckpoint(portableCrypto, note, { origin: claimed.origin, logVkeys: vkeys });
    // A key that was given by hand for another origin is a new start on purpose.
    const isContinued = before === undefined || before.origin !== checkpoint.origin;
    const broken = isContinued ? undefined : await breakAfter(client, before, checkpoint);
    return broken ?? { findings: [], checkpoint, seen: { vkey, note } };
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    const hint = 'if the log was given another key on purpose, name it with --vkey';
    return found('CHECKPOINT_INVALID', `${error.message}; ${hint}`);
  }
}

async function latestNote(client: ApiClient): Promise<string | undefined> {
  try {
    return (await client.json<{ readonly note: string }>('/v1/checkpoints/latest')).note;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** The key that the first record of the log names, under the name that the log has now. */
async function firstKey(client: ApiClient, { origin, size }: Checkpoint): Promise<string> {
  const tenant = /\/t\/([^/]+)(?:\/g[0-9]+)?$/.exec(origin)?.[1];
  if (tenant === undefined) throw new NoteError('origin', `${origin} is not the origin of a log of Attestry`);
  const path = size < TILE_WIDTH ? entryBundlePath(0, size) : entryBundlePath(0);
  const response = await client.send(`/v1/logs/${encodeURIComponent(tenant)}/${path}`, {
    accept: 'application/octet-stream',
  });
  try {
    const [genesis] = decodeEntryBundle(new Uint8Array(await response.arrayBuffer()));
    const { data } = JSON.parse(Buffer.from(genesis ?? []).toString('utf8')) as { data: { vkey: string } };
    const { publicKey } = parseVkey(portableCrypto, data.vkey);
    return formatVkey(portableCrypto, origin, NOTE_ALGORITHM.ed25519, publicKey);
  } catch (cause) {
    throw new NoteError('vkey', `the first record of ${origin} names no key (${(cause as Error).message})`);
  }
}

function otherOrigin(
  claimed: Checkpoint,
  vkeys: readonly string[],
  before: Checkpoint | undefined,
): Continuity {
  const expected = vkeys.map((vkey) => parseVkey(portableCrypto, vkey).name);
  const goesOn = expected.some((origin) => claimed.origin.startsWith(`${origin}/g`));
  if (!goesOn || before === undefined)
    return found('ORIGIN', `the log says that it is ${claimed.origin}, expected is ${expected.join(' or ')}`);
  return found(
    'ROLLBACK',
    `the log goes on as ${claimed.origin}: its operator accepted the loss of records; ${before.size} were signed when ` +
      'this user last looked. What was lost is in its second genesis; to go on from there name its key with --vkey',
  );
}

async function breakAfter(
  client: ApiClient,
  before: Checkpoint,
  now: Checkpoint,
): Promise<Continuity | undefined> {
  if (now.size < before.size) {
    return found(
      'ROLLBACK',
      `${now.size} records are signed, but ${before.size} were when this user last looked`,
    );
  }
  if (now.size === before.size) {
    if (equalBytes(now.root, before.root)) return undefined;
    return found('FORK_FROM_LAST_SEEN', `size ${now.size} has another root than when this user last looked`);
  }
  const isProven = await provesConsistency(client, before, now);
  if (isProven) return undefined;
  return found(
    'FORK_FROM_LAST_SEEN',
    `the server cannot prove that its log of ${now.size} records continues the one of ${before.size} that this user saw`,
  );
}

async function provesConsistency(client: ApiClient, before: Checkpoint, now: Checkpoint): Promise<boolean> {
  try {
    const { hashes } = await client.json<{ readonly hashes: readonly string[] }>('/v1/proofs/consistency', {
      query: [
        ['from', String(before.size)],
        ['to', String(now.size)],
      ],
    });
    return verifyConsistency(portableCrypto, {
      size1: before.size,
      size2: now.size,
      root1: before.root,
      root2: now.root,
      proof: hashes.map(hexToBytes),
    });
  } catch (error) {
    // A server that never signed that size says so, and with it that its history is another one.
    if (error instanceof ApiError && (error.status === 404 || error.status === 400)) return false;
    throw error;
  }
}

function found(code: FindingCode, detail: string): Continuity {
  return { findings: [{ code, detail }] };
}
