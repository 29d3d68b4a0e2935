// Tells whether something was made from the sources as they are now.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Where what is known about finished work is kept; `npm ci` clears it with everything else. */
const folder = join('node_modules', '.cache', 'porthole');

/** SHA-256 over the names and contents of all files in `paths`; what is built or installed there does not count. */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesIn)) {
    const content = readFileSync(file);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Whether `work` was last finished with this fingerprint. */
export function isCurrent(work, print) {
  const record = join(folder, work);
  return existsSync(record) && readFileSync(record, 'utf8') === print;
}

/** Notes that `work` is finished with this fingerprint. */
export function remember(work, print) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, work), print);
}

function filesIn(path) {
  if (['dist', 'node_modules'].includes(basename(path))) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}
