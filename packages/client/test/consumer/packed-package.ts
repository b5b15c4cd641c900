import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freshDist } from '../../build/fresh-dist.ts';

const packageDir = join(import.meta.dirname, '../..');
const rootDir = join(packageDir, '../..');

/** What the adapters' users have installed beside the package, and what its types are tested with. */
const INSTALLED = [
  ...['@nestjs/common', '@nestjs/core', '@opentelemetry/api', 'fastify', 'hono', 'next', 'react', 'rxjs'],
  ...['express', '@types/express', '@types/koa', '@types/node', 'expect-type', 'vitest', 'koa'],
] as const;

/** A folder of an app in which the package was installed from its tarball, and nothing of the workspace is seen. */
export async function installPacked(): Promise<string> {
  await freshDist();
  const folder = mkdtempSync(join(tmpdir(), 'attestry-consumer-'));
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: packageDir,
  });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const target = join(folder, 'node_modules/@attestry/client');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, tarball), '--strip-components=1', '-C', target]);
  for (const name of INSTALLED) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(rootDir, 'node_modules', name), link);
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  return folder;
}
