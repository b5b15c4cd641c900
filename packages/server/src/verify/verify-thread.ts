import { Worker } from 'node:worker_threads';
import type { VerificationReport } from '@attestry/core';
import { VERIFY_MEMORY } from '../limits.ts';
import type { VerifyMessage, VerifyOrder, VerifyProgress } from './verify-order.ts';

/** A verification that runs. */
export interface VerifyRun {
  /** Rejects when the verification could not be carried out, or was stopped. */
  readonly result: Promise<VerificationReport>;
  stop(): Promise<void>;
}

/** Starts one verification in a thread of its own: it takes a core for as long as it runs. */
export function startVerifyThread(
  order: VerifyOrder,
  onProgress: (progress: VerifyProgress) => void,
): VerifyRun {
  const worker = new Worker(new URL('./verify-worker.ts', import.meta.url), {
    name: 'attestry-verify',
    workerData: order,
    resourceLimits: VERIFY_MEMORY,
  });
  const result = new Promise<VerificationReport>((resolve, reject) => {
    worker.on('message', (message: VerifyMessage) => {
      if (message.kind === 'progress') onProgress(message.progress);
      else if (message.kind === 'report') resolve(message.report);
      else reject(new Error(message.message));
    });
    worker.on('error', reject);
    worker.on('exit', (code) =>
      reject(new Error(`the verification thread ended with code ${code} before its report`)),
    );
  });
  return {
    result,
    stop: async () => {
      await worker.terminate();
    },
  };
}
