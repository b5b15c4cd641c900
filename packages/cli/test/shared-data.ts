import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** Real CloudTrail files that belong to other people and are not part of this repository. */
export const CLOUDTRAIL_FOLDER = resolve(
  REPOSITORY,
  process.env.ATTESTRY_SHARED ?? '../shared',
  'data/cloudtrail',
);

export const HAS_CLOUDTRAIL = existsSync(CLOUDTRAIL_FOLDER);

/** The log files of the folder, sorted. */
export function cloudTrailFiles(): readonly string[] {
  return readdirSync(CLOUDTRAIL_FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => resolve(CLOUDTRAIL_FOLDER, name));
}
