// Which part may know which: between crates, and between the rooms of the core. `node scripts/arrows.mjs` fails where an
// arrow points up, and names the file.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What each crate may depend on, of ours. Tests and benchmarks use the programs, so they stand apart. */
export const CRATES = {
  'porthole-phrase': [],
  'porthole-rfb': ['porthole-phrase'],
  'porthole-gateway': ['porthole-phrase', 'porthole-rfb'],
  'porthole-launcher': ['porthole-phrase', 'porthole-rfb'],
  'porthole-core': ['porthole-gateway', 'porthole-launcher', 'porthole-phrase'],
  portholed: ['porthole-core', 'porthole-gateway', 'porthole-launcher'],
  'porthole-desktop': ['porthole-core'],
  'porthole-bench': ['porthole-gateway', 'porthole-tests'],
  'porthole-tests': [],
};

/** No crate but the desktop shell may bring in a window. */
const WINDOWS = /^(tauri|wry|tao|gtk|gdk|webkit)/i;

/** The rooms of the core from the ground up: each may import those of the floors below its own, and no other. */
export const FLOORS = [
  ['model'],
  ['texts'],
  ['platform'],
  ['config'],
  ['desktops', 'demo', 'network', 'reachability', 'thumbnails'],
  ['sharing'],
  ['service'],
  ['control'],
  ['doctor'],
  ['program'],
  ['app'],
];

/** The paths of a `use` tree, or of a path in code: `a::{b, c::d}` is `[['a','b'],['a','c','d']]`. */
export function paths(tree) {
  const tokens = tree.match(/[A-Za-z_][A-Za-z0-9_]*|::|[{},*]/g) ?? [];
  let at = 0;
  const read = (prefix) => {
    let path = prefix;
    for (;;) {
      if (tokens[at] === '{') {
        at += 1;
        const found = [];
        while (at < tokens.length && tokens[at] !== '}') {
          found.push(...read(path));
          if (tokens[at] === ',') at += 1;
        }
        at += 1;
        return found;
      }
      path = [...path, tokens[at]];
      at += 1;
      if (tokens[at] === 'as') at += 2;
      if (tokens[at] !== '::') return [path];
      at += 1;
    }
  };
  return read([]);
}

/** A source file without its comments and its test modules. */
export function codeOf(source) {
  return source
    .replace(/^#\[cfg\(test\)\]\n(?:pub\(crate\) )?mod \w+ \{[\s\S]*/m, '')
    .replace(/^\s*\/\/.*$/gm, '');
}

/** What of the crate a source file uses, as paths without `crate`. Comments and what stands in test modules do not count. */
export function uses(source) {
  const code = codeOf(source);
  const found = [];
  for (const [, tree] of code.matchAll(/\buse\s+(crate::[^;]+);/g)) found.push(...paths(tree));
  for (const [path] of code.replace(/\buse\s[^;]+;/g, '').matchAll(/\bcrate(?:::\w+)+/g))
    found.push(...paths(path));
  return found.map((path) => path.slice(1));
}

/** Where the crate's root has what it names: `Terms` is `model`'s. */
export function exportsOf(root) {
  const found = new Map();
  for (const [, tree] of root.matchAll(/^pub(?:\(crate\))? use\s+([^;]+);/gm)) {
    for (const path of paths(tree)) found.set(path.at(-1), path[0]);
  }
  return found;
}

/** Arrows between rooms that do not point down, as sentences. `files`: [path below src, source]. */
export function upwards(files, root, floors) {
  const floorOf = new Map(floors.flatMap((rooms, floor) => rooms.map((room) => [room, floor])));
  const exported = exportsOf(root);
  const wrong = [];
  for (const [path, source] of files) {
    const room = path.split(sep)[0].replace(/\.rs$/, '');
    if (room === 'lib') continue;
    if (!floorOf.has(room)) {
      wrong.push(`${path}: the room ${room} has no floor yet; give it one in scripts/arrows.mjs`);
      continue;
    }
    for (const [first] of uses(source)) {
      const other = exported.get(first) ?? first;
      if (other === room || !floorOf.has(other)) continue;
      if (floorOf.get(other) >= floorOf.get(room))
        wrong.push(`${path}: ${room} may not know ${other} (${first})`);
    }
  }
  return wrong;
}

function betweenRooms() {
  const src = join('crates', 'core', 'src');
  const files = readdirSync(src, { recursive: true })
    .filter((path) => path.endsWith('.rs') && !/(^|[\\/])tests?([\\/]|\.rs$)/.test(path))
    .map((path) => [path, readFileSync(join(src, path), 'utf8')]);
  return upwards(files, readFileSync(join(src, 'lib.rs'), 'utf8'), FLOORS);
}

function betweenCrates() {
  const run = (...args) => execFileSync('cargo', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  const { packages } = JSON.parse(
    run('metadata', '--no-deps', '--locked', '--format-version', '1'),
  );
  const ours = new Set(packages.map(({ name }) => name));
  const wrong = [];
  for (const { name, dependencies } of packages) {
    const may = CRATES[name];
    if (!may) wrong.push(`${name} is not in scripts/arrows.mjs: say there what it may depend on`);
    for (const { name: other } of dependencies) {
      if (may && ours.has(other) && !may.includes(other))
        wrong.push(`${name} may not depend on ${other}`);
    }
    if (name === 'porthole-desktop' || name === 'porthole-tests') continue;
    const tree = run(
      'tree',
      '--package',
      name,
      '--edges',
      'normal',
      '--locked',
      '--prefix',
      'none',
    );
    const window = tree.split('\n').find((line) => WINDOWS.test(line));
    if (window)
      wrong.push(
        `${name} must build without a window: \`cargo tree --package ${name} --invert ${window.split(' ')[0]}\``,
      );
  }
  return wrong;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(join(fileURLToPath(import.meta.url), '..', '..'));
  const wrong = [...betweenCrates(), ...betweenRooms()];
  for (const line of wrong) console.error(line);
  if (wrong.length > 0) process.exitCode = 1;
  else console.log(`${relative('.', 'crates')}: every arrow points down`);
}
