// Files, as they are laid out for a package.
import { cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Copies a file to a path, with the folders that lead there. */
export function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

/** Writes a file, with the folders that lead there. */
export function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Without the time, so that the same sources make the same package. */
export function zipped(content) {
  return gzipSync(content, { level: 9 });
}

/** The paths of all files below a folder, in one order. */
export function filesBelow(folder) {
  const names = readdirSync(folder).sort();
  return names.flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
