import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
const SHARED = process.env.ATTESTRY_SHARED ?? resolve(ROOT, '../shared');

/** Folder of the repository that holds our own frozen vectors. */
export const SPEC_VECTORS = join(ROOT, 'spec/vectors');

/** False on machines that do not have the published vectors beside the repository. */
export const hasSharedVectors: boolean = existsSync(join(SHARED, 'vectors'));

/** Name of a suite over published vectors; says why it was skipped when it was. */
export function sharedSuite(name: string): string {
  return hasSharedVectors ? name : `${name} (skipped: no ../shared)`;
}

/** Text of a published vector file, by its path below `vectors/`. */
export function readVectors(path: string): string {
  return readFileSync(join(SHARED, 'vectors', path), 'utf8');
}

/** Parsed JSON of a published vector file; the caller names its shape. */
export function readJsonVectors<Shape>(path: string): Shape {
  return JSON.parse(readVectors(path)) as Shape;
}
