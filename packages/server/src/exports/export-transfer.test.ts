import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { ExportTransfer } from './export-transfer.ts';

const LEAST = 160 * 1024;
const CHUNK = 256 * 1024;

const transfers: ExportTransfer[] = [];
afterEach(() => {
  for (const transfer of transfers.splice(0)) transfer.destroy();
});

/** A transfer whose thread sends so many chunks as they are asked for. */
function transferOf(chunks: number): ExportTransfer {
  const program = `const { parentPort } = require('node:worker_threads');
    let left = ${chunks};
    parentPort.on('message', () => {
      if (left-- > 0) parentPort.postMessage({ kind: 'chunk', bytes: new Uint8Array(${CHUNK}) });
    });`;
  const transfer = new ExportTransfer(new Worker(program, { eval: true }));
  transfers.push(transfer);
  return transfer;
}

async function take(transfer: ExportTransfer, bytes: number): Promise<void> {
  for (let taken = 0; taken < bytes; ) {
    const piece = transfer.read() as Buffer | null;
    if (piece === null) await once(transfer, 'readable');
    else taken += piece.length;
  }
}

/** Ends a window when there is more to take. */
async function look(transfer: ExportTransfer): Promise<boolean> {
  if (transfer.readableLength === 0) await once(transfer, 'readable');
  transfer.look(LEAST);
  return transfer.isUnread;
}

describe('an export that is sent', () => {
  it('counts as unread after a window in which next to nothing was taken, until more is', async () => {
    const transfer = transferOf(40);
    await take(transfer, CHUNK);
    expect(await look(transfer)).toBe(false);
    await take(transfer, 3 * LEAST);
    expect(await look(transfer)).toBe(false);
    expect(await look(transfer)).toBe(true);
    await take(transfer, 3 * LEAST);
    expect(await look(transfer)).toBe(false);
  });

  it('is not unread while the client waits for the thread', async () => {
    const transfer = transferOf(2);
    await take(transfer, 2 * CHUNK);
    for (let window = 0; window < 3; window += 1) {
      transfer.look(LEAST);
      expect(transfer.isUnread).toBe(false);
    }
  });
});
