export { type CloudTrailPiece, cloudTrailPieces } from './cloud-trail-pieces.ts';
export { valueAt } from './json-path.ts';
