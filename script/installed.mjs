// Exits 0 when node_modules holds what package-lock.json asks for, 1 when not.
// Plain JavaScript, because it runs on the machine's own Node, before the pinned one is there.
import { readFileSync } from 'node:fs';

function packages(path) {
  try {
    return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).packages;
  } catch {
    return undefined; // absent or cut off in the middle of an installation: install
  }
}

const wanted = packages('../package-lock.json');
const present = packages('../node_modules/.package-lock.json');

// Optional packages are those of other platforms: absent is as it should be.
const differs = ([path, entry]) => {
  if (!path.startsWith('node_modules/')) return false;
  const installed = present[path];
  if (installed === undefined) return entry.optional !== true && entry.devOptional !== true;
  return installed.version !== entry.version;
};

process.exit(wanted !== undefined && present !== undefined && !Object.entries(wanted).some(differs) ? 0 : 1);
