import {
  bytesToHex,
  type CryptoProvider,
  equalBytes,
  hashLeafText,
  NoteError,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
} from '@attestry/core';
import { FatalError } from '../errors.ts';
import { START_CHECKS_CONCURRENT } from '../limits.ts';
import type { StoredCheckpoint } from '../ports/checkpoint-store.ts';
import type { KeyStore } from '../ports/key-store.ts';
import type { LogHead } from '../ports/ledger-store.ts';
import type { ReadStores } from '../reading/ledger-reader.ts';
import { LogTiles } from '../reading/log-tiles.ts';
import type { LastSeen, SeenCheckpoint } from './last-seen.ts';

/** A log that is not what this server has signed before. */
export interface RolledBackLog {
  readonly tenant: string;
  readonly origin: string;
  /** As stored now; `undefined` when the whole log is gone. */
  readonly head: LogHead | undefined;
  readonly seen: SeenCheckpoint;
}

export interface StartReport {
  readonly logs: readonly { readonly head: LogHead; readonly checkpoint: StoredCheckpoint | undefined }[];
  readonly rolledBack: readonly RolledBackLog[];
}

export interface StartCheckParts {
  readonly stores: Pick<ReadStores, 'ledger' | 'checkpoints'> & {
    readonly keys: Pick<KeyStore, 'lostIndexKeys'>;
  };
  readonly crypto: CryptoProvider;
  readonly lastSeen: LastSeen;
  /** Keys under which a log's checkpoints may be signed. */
  readonly vkeys: (origin: string) => readonly string[];
}

/**
 * Checks every log before anything is written: its head against its last record and its tiles, its newest checkpoint
 * against its tree, and both against what this server remembers outside the database. A few reads per log; whether all
 * that lies between is right is the verifier's work. No index key may be lost, because a new one would be made for it.
 *
 * @returns logs that went back are listed, the caller decides about them
 * @throws {FatalError} naming what contradicts what
 */
export async function checkLogs(parts: StartCheckParts): Promise<StartReport> {
  await checkIndexKeys(parts);
  const heads = await parts.stores.ledger.listHeads();
  const tiles = new LogTiles(parts.stores.ledger, parts.crypto);
  const logs: StartReport['logs'][number][] = [];
  const rolledBack: RolledBackLog[] = [];
  const queue = heads.values();
  const worker = async (): Promise<void> => {
    for (const head of queue) {
      await checkLastRecord(parts, head);
      const seen = parts.lastSeen.entries().get(head.origin);
      if (seen !== undefined && !(await holds(tiles, head, seen))) {
        rolledBack.push({ tenant: head.tenant, origin: head.origin, head, seen });
      }
      logs.push({ head, checkpoint: await checkNewestCheckpoint(parts, tiles, head) });
    }
  };
  await Promise.all(Array.from({ length: Math.min(START_CHECKS_CONCURRENT, heads.length) }, worker));
  return { logs, rolledBack: [...rolledBack, ...lostLogs(parts.lastSeen, heads)] };
}

/** Says what was found and what the two ways on are. */
export function rollbackError(rolledBack: readonly RolledBackLog[]): FatalError {
  const list = rolledBack
    .slice(0, 5)
    .map(
      ({ tenant, head, seen }) => `tenant ${tenant} has ${head?.size ?? 0} records, ${seen.size} were signed`,
    )
    .join('; ');
  const more = rolledBack.length > 5 ? `; and ${rolledBack.length - 5} more` : '';
  return new FatalError(
    'ROLLBACK',
    `ROLLBACK: the database is older than, or other than, what this server has signed: ${list}${more}. Two ways on: ` +
      '(1) bring back the newer copy of the database; (2) accept the loss with --accept-rollback: each such log goes on ' +
      'as a new generation that names what was lost, for everybody to see',
  );
}

/** The origin of the next generation of a log: `/g2` after the first, then `/g3`, ... */
export function nextGeneration(origin: string): string {
  const generation = /^(.*\/t\/[^/]+)\/g([1-9][0-9]*)$/.exec(origin);
  return generation === null ? `${origin}/g2` : `${generation[1]}/g${Number(generation[2]) + 1}`;
}

async function checkIndexKeys({ stores }: StartCheckParts): Promise<void> {
  const tenants = await stores.keys.lostIndexKeys();
  if (tenants.length === 0) return;
  const more = tenants.length > 5 ? ` and ${tenants.length - 5} more` : '';
  throw new FatalError(
    'index_key_lost',
    `the index key of tenant ${tenants.slice(0, 5).join(', ')}${more} is gone from the table tenants, and no other key ` +
      'finds what was recorded with it by actor, address or target, nor the data keys of its subjects. Nothing was ' +
      'written. Restore ledger.db from a backup, or that column of it, and run attestry verify --data on the folder',
  );
}

async function checkLastRecord(parts: StartCheckParts, head: LogHead): Promise<void> {
  const [last] = await parts.stores.ledger.readRecords(head.tenant, head.size - 1, head.size);
  const hash = last?.text === undefined ? last?.leafHash : hashLeafText(parts.crypto, last.text);
  if (
    last === undefined ||
    hash === undefined ||
    !equalBytes(hash, head.lastHash) ||
    !equalBytes(last.leafHash, hash)
  ) {
    throw damaged(head.tenant, `the head (size ${head.size}) is not that of the last record`);
  }
}

async function checkNewestCheckpoint(
  parts: StartCheckParts,
  tiles: LogTiles,
  head: LogHead,
): Promise<StoredCheckpoint | undefined> {
  const range = { sizeFrom: 0, sizeTo: Number.MAX_SAFE_INTEGER, order: 'desc', limit: 1 } as const;
  const [newest] = await parts.stores.checkpoints.list(head.tenant, range);
  if (newest === undefined) return undefined;
  if (newest.size > head.size) {
    // Another node may have written and signed since the head was read.
    const now = await parts.stores.ledger.readHead(head.tenant);
    if (now !== undefined && now.size > head.size) return checkNewestCheckpoint(parts, tiles, now);
    throw damaged(
      head.tenant,
      `it has ${head.size} records, but ${newest.size} were signed: records are missing at its end`,
    );
  }
  const origin = parseCheckpoint(parseNote(newest.note).text).origin;
  // After an accepted rollback the newest checkpoint may still be the older generation's.
  if (
    origin !== head.origin &&
    !head.origin.startsWith(`${origin}/g`) &&
    !isEarlierGeneration(origin, head.origin)
  ) {
    throw damaged(head.tenant, `its newest checkpoint is one of ${origin}, the log is ${head.origin}`);
  }
  const { checkpoint } = openOwn(parts, newest, origin, head.tenant);
  if (
    checkpoint.size !== newest.size ||
    !equalBytes(await tiles.rootAt(head.tenant, newest.size), checkpoint.root)
  ) {
    throw damaged(head.tenant, `its tree of ${newest.size} records is not the one that was signed`);
  }
  return newest;
}

function openOwn(
  parts: StartCheckParts,
  newest: StoredCheckpoint,
  origin: string,
  tenant: string,
): ReturnType<typeof openCheckpoint> {
  try {
    return openCheckpoint(parts.crypto, newest.note, { origin, logVkeys: parts.vkeys(origin) });
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw damaged(
      tenant,
      `its newest checkpoint (size ${newest.size}) is not signed by this server's key, as if signing.key had been ` +
        `replaced (${error.message.replace(/\.$/, '')})`,
    );
  }
}

async function holds(tiles: LogTiles, head: LogHead, seen: SeenCheckpoint): Promise<boolean> {
  if (seen.size > head.size) return false;
  return bytesToHex(await tiles.rootAt(head.tenant, seen.size)) === seen.rootHex;
}

/** Logs that were signed and are not in the database at all. Older generations of a log that goes on are not lost. */
function lostLogs(lastSeen: LastSeen, heads: readonly LogHead[]): RolledBackLog[] {
  const originOf = new Map(heads.map(({ tenant, origin }) => [tenant, origin]));
  const lost: RolledBackLog[] = [];
  for (const [origin, seen] of lastSeen.entries()) {
    const current = originOf.get(seen.tenant);
    if (current === origin || (current !== undefined && isEarlierGeneration(origin, current))) continue;
    const head = heads.find(({ tenant }) => tenant === seen.tenant);
    lost.push({ tenant: seen.tenant, origin, head, seen });
  }
  return lost;
}

function isEarlierGeneration(origin: string, current: string): boolean {
  for (let next = nextGeneration(origin), steps = 0; steps < 100; next = nextGeneration(next), steps += 1) {
    if (next === current) return true;
  }
  return false;
}

function damaged(tenant: string, what: string): FatalError {
  return new FatalError(
    'store_damaged',
    `the log of tenant ${tenant} is damaged: ${what}. Run attestry verify --data on the folder, and restore ledger.db from a backup`,
  );
}
