// Makes `dist` when it is not there or older than its sources; for scripts. The package is used by its name in the bench,
// the examples and tests, and its exports point there.
import { freshDist } from './fresh-dist.ts';

await freshDist();
