import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { OperationalError } from '../../errors.ts';
import { attachSearch } from './open-database.ts';
import { toStoreError } from './store-error.ts';

/**
 * `search.db` as part of a reader's connection. The file is a projection that its follower may delete and make anew at
 * any time, so each use looks whether the attached file is still the one on disk.
 */
export class SearchAttachment {
  readonly #db: DatabaseSync;
  readonly #path: string | undefined;
  readonly #beforeChange: () => void;
  #inode: number | undefined;

  /** @param beforeChange drops prepared statements, which would hold the old file */
  constructor(db: DatabaseSync, path: string | undefined, beforeChange: () => void) {
    this.#db = db;
    this.#path = path;
    this.#beforeChange = beforeChange;
  }

  /**
   * Makes schema `search` the file that is on disk now.
   *
   * @throws {OperationalError} `search_unavailable` while there is none
   */
  refresh(): void {
    const path = this.#path;
    const inode = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.ino;
    if (inode !== undefined && inode === this.#inode) return;
    this.#detach();
    if (path === undefined || inode === undefined) throw unavailable('it does not exist yet');
    try {
      attachSearch(this.#db, path);
      this.#inode = inode;
      this.#db.prepare('SELECT rowid FROM search.documents LIMIT 0').all();
    } catch (error) {
      this.#detach();
      throw unavailable(toStoreError(error, `opening ${path}`).message);
    }
  }

  #detach(): void {
    this.#beforeChange();
    if (this.#inode === undefined) return;
    this.#inode = undefined;
    this.#db.exec('DETACH search');
  }
}

function unavailable(reason: string): OperationalError {
  return new OperationalError(
    'search_unavailable',
    `full text cannot be searched now: ${reason}; try again in a moment`,
  );
}
