import type { Installation } from '../data-dir/data-folder.ts';
import { hasSigningKeys } from '../data-dir/data-folder.ts';
import { LedgerError } from '../errors.ts';
import type { AdminStore } from '../ports/admin-store.ts';
import type { Fence } from '../ports/lease-store.ts';
import { changeInstallation, readInstallation } from './agree-installation.ts';
import type { LeaseKeeper } from './lease-keeper.ts';

export interface SigningRightsParts {
  readonly keeper: LeaseKeeper;
  readonly admin: Pick<AdminStore, 'get' | 'put'>;
  /** What this node would agree on now; its signing keys change in a rotation. */
  readonly mine: () => Installation;
  /** Names of the other nodes that are there. */
  readonly others: () => Promise<readonly string[]>;
  readonly onTrouble: (message: string, error: unknown) => void;
}

/**
 * Who signs where several nodes write: the holder of the lease, once it has seen, under its own token, that its signing key
 * is the one the nodes have agreed on. A node that slept through a rotation gets a new token, looks, and signs nothing.
 */
export class SigningRights {
  readonly #parts: SigningRightsParts;
  /** Token under which the key was looked at, and what was found. */
  #seen: { readonly token: number; readonly isMine: boolean } | undefined;
  #looking: Promise<void> | undefined;

  constructor(parts: SigningRightsParts) {
    this.#parts = parts;
  }

  /** What a checkpoint is stored with; `undefined` while this node must not sign. */
  get fence(): Fence | undefined {
    const { fence } = this.#parts.keeper;
    if (fence === undefined) return undefined;
    if (this.#seen?.token === fence.token) return this.#seen.isMine ? fence : undefined;
    this.#looking ??= this.#look(fence.token).finally(() => {
      this.#looking = undefined;
    });
    return undefined;
  }

  lost(fence: Fence): void {
    this.#parts.keeper.lost(fence);
  }

  async claim(): Promise<boolean> {
    const isAsked = await this.#parts.keeper.tryNow();
    await this.settled();
    return isAsked;
  }

  /** Looks now, when this node has the lease. */
  async settled(): Promise<void> {
    if (this.fence === undefined) await this.#looking;
  }

  /**
   * @throws {LedgerError} `rotation_shared` while other nodes run: none of them has the next key
   */
  async assertAlone(): Promise<void> {
    const others = await this.#parts.others();
    if (others.length === 0) return;
    const who = others.length === 1 ? 'another node runs' : `${others.length} other nodes run`;
    throw new LedgerError(
      'rotation_shared',
      `${who} over this database (${others.join(', ')}): stop them, replace the key, copy signing.key of this node into ` +
        'their folders, and start them',
    );
  }

  /**
   * Says to all that another key is to follow; from then on no node without it starts or signs.
   *
   * @throws {LedgerError} `rotation_shared`, `rotation_under_way`
   */
  async beginRotation(nextSigningKey: string): Promise<void> {
    await this.assertAlone();
    const { admin } = this.#parts;
    await changeInstallation(admin, (before) => {
      if ((before.nextSigningKey ?? nextSigningKey) === nextSigningKey) return { ...before, nextSigningKey };
      throw new LedgerError(
        'rotation_under_way',
        'another node has begun to replace the signing key: end it there',
      );
    });
    try {
      // One that has started meanwhile shows itself before it looks at the keys.
      await this.assertAlone();
    } catch (error) {
      await changeInstallation(admin, (before) => ({ ...before, nextSigningKey: undefined }));
      throw error;
    }
  }

  /** Says that the following key is the one in use; does nothing when it is known. */
  async endRotation(signingKey: string): Promise<void> {
    await changeInstallation(this.#parts.admin, (before) =>
      before.nextSigningKey === signingKey ? { ...before, signingKey, nextSigningKey: undefined } : before,
    );
  }

  async #look(token: number): Promise<void> {
    const { admin, mine, onTrouble } = this.#parts;
    try {
      const theirs = await readInstallation(admin);
      const isMine = theirs === undefined || hasSigningKeys(mine(), theirs);
      this.#seen = { token, isMine };
      if (isMine) return;
      const advice =
        'this node signs nothing: stop it, copy signing.key of another node into its folder, start it';
      onTrouble(advice, new LedgerError('signing_key_wrong', 'the signing key of the nodes was replaced'));
    } catch (error) {
      onTrouble('it could not be seen whether the signing key of this node is still the right one', error);
    }
  }
}
