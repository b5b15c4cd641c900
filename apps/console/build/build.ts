// Builds the console into packages/server/console and compresses every file once, so that the server never has to.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { sourcesHash } from './sources-hash.ts';

const app = join(import.meta.dirname, '..');
const output = join(app, '..', '..', 'packages', 'server', 'console');

const compressible = /\.(html|js|css|svg|json|md)$/;

function compress(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !compressible.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

// Whoever builds, a test included: what is served is never React's development build.
process.env.NODE_ENV = 'production';
const hash = sourcesHash();
await build({ configFile: join(app, 'vite.config.ts'), logLevel: 'warn' });
compress(output);
// Last, so that a build that broke off counts as stale.
writeFileSync(join(output, '.sources'), `${hash}\n`);
