export interface FolderVerification {
  readonly dataDir: string;
  readonly tenant: string;
  /** First record to check, and the one to end before. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly depth?: string | undefined;
  readonly onProgress?: (done: number, total?: number) => void;
}
