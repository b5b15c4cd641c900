/**
 * What the ledger throws. Three kinds, told apart by class: the caller's mistakes are plain `LedgerError`s, an
 * `OperationalError` may succeed when tried again, a `FatalError` means that an invariant is broken and that nothing
 * more is written to the log until it has been reloaded and checked.
 */
export class LedgerError extends Error {
  /** Stable word; the message says what was wrong, where, and what to do. */
  readonly code: string;

  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The store, the disk or a key could not be reached (disk full, busy, I/O error). The same call may succeed later. */
export class OperationalError extends LedgerError {}

/** An invariant is broken: what is stored contradicts what was stored before. Stop, reload, never guess. */
export class FatalError extends LedgerError {}

/** A queue is at its bound. Nothing of the call was accepted. */
export class OverloadedError extends OperationalError {
  /** Whole seconds after which trying again makes sense. */
  readonly retryAfterS: number;

  constructor(message: string, retryAfterS: number) {
    super('overloaded', message);
    this.retryAfterS = retryAfterS;
  }
}

/** The text of anything thrown, for messages and logs. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether an error, or what caused it, says that the disk or its quota is used up. */
export function isDiskFull(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    const { code } = at as { readonly code?: unknown };
    if (at instanceof LedgerError ? code === 'store_full' : code === 'ENOSPC' || code === 'EDQUOT')
      return true;
  }
  return false;
}

/** Anything a store threw as an error of the ledger; what is not one already may succeed when tried again. */
export function toLedgerError(error: unknown): LedgerError {
  if (error instanceof LedgerError) return error;
  return new OperationalError('store_failed', `the store failed: ${errorText(error)}`, { cause: error });
}
