// Finds dependencies that no source mentions, and those that only tests do. `node scripts/unused.mjs` names them. What a crate
// needs without a word of it stands in its Cargo.toml as cargo-machete reads it:
//
//     [package.metadata.cargo-machete]
//     ignored = ["NAME"]
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';
import { codeOf } from './arrows.mjs';

/** Where each kind of dependency must be mentioned, of `{ src, tests, build }`; `null` is cargo's word for the usual kind. */
const PLACES = { null: ['src'], dev: ['src', 'tests'], build: ['build'] };

/**
 * The dependencies of a package (of `cargo metadata`) that its sources do not mention, as sentences. `sources`: the text of
 * `src` (without its tests), `tests` and `build`. `libraries`: what those packages call their library that do not call it
 * as themselves.
 */
export function unused({ name, dependencies, metadata }, sources, libraries = new Map()) {
  const ignored = new Set(metadata?.['cargo-machete']?.ignored ?? []);
  return dependencies
    .filter((dependency) => !ignored.has(dependency.name))
    .flatMap((dependency) => {
      const library = libraries.get(dependency.name) ?? dependency.name;
      const word = (dependency.rename ?? library).replaceAll('-', '_');
      const mentioned = new RegExp(`\\b${word}\\b`);
      if (PLACES[dependency.kind].some((place) => mentioned.test(sources[place]))) return [];
      if (dependency.kind === null && mentioned.test(sources.tests))
        return [`${name} needs ${dependency.name} for tests alone: a dev-dependency`];
      return [`${name} does not use ${dependency.name}`];
    });
}

/** Dependencies of the workspace that no crate takes from there. */
export function untaken(root, manifests) {
  const taken = new Set(
    manifests.flatMap((manifest) =>
      [manifest, ...Object.values(manifest.target ?? {})].flatMap((table) =>
        ['dependencies', 'dev-dependencies', 'build-dependencies'].flatMap((kind) =>
          Object.entries(table[kind] ?? {})
            .filter(([, value]) => value.workspace)
            .map(([name]) => name),
        ),
      ),
    ),
  );
  return Object.keys(root.workspace.dependencies)
    .filter((name) => !taken.has(name))
    .map((name) => `no crate of the workspace takes ${name}`);
}

/** The Rust sources at `paths` below a crate's folder: those of its program without comments and tests, and all of it. */
function read(folder, paths) {
  const files = paths
    .filter((path) => existsSync(join(folder, path)))
    .flatMap((path) =>
      path.endsWith('.rs')
        ? [path]
        : readdirSync(join(folder, path), { recursive: true }).map((file) => join(path, file)),
    )
    .filter((file) => file.endsWith('.rs'));
  const isTest = (file) => /(^|[\\/])tests?([\\/]|\.rs$)/.test(file);
  const whole = files.map((file) => [isTest(file), readFileSync(join(folder, file), 'utf8')]);
  return {
    program: whole.map(([isTest, text]) => (isTest ? '' : codeOf(text))).join('\n'),
    all: whole.map(([, text]) => text).join('\n'),
  };
}

function sourcesOf({ manifest_path, targets }) {
  const folder = dirname(manifest_path);
  const src = read(folder, ['src']);
  const tests = read(folder, ['tests', 'benches', 'examples']);
  const isBuild = ({ kind }) => kind.includes('custom-build');
  const pathsOf = (some) => some.map((target) => relative(folder, target.src_path));
  const foldersOf = (paths) => paths.map((path) => (dirname(path) === '.' ? path : dirname(path)));
  const build = read(folder, pathsOf(targets.filter(isBuild)));
  const apart = read(
    folder,
    foldersOf(pathsOf(targets.filter(({ kind }) => kind.includes('test')))),
  );
  return { src: src.program, tests: src.all + tests.all + apart.all, build: build.all };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(join(fileURLToPath(import.meta.url), '..', '..'));
  const args = ['metadata', '--all-features', '--locked', '--format-version', '1'];
  const { packages: all, workspace_members } = JSON.parse(
    execFileSync('cargo', args, { encoding: 'utf8', maxBuffer: 1 << 28 }),
  );
  const packages = all.filter(({ id }) => workspace_members.includes(id));
  const libraries = new Map(
    all.flatMap(({ name, targets }) =>
      targets
        .filter(({ kind }) => kind.some((one) => /lib$|^proc-macro$/.test(one)))
        .map((target) => [name, target.name]),
    ),
  );
  const manifest = (path) => parse(readFileSync(path, 'utf8'));
  const wrong = [
    ...packages.flatMap((described) => unused(described, sourcesOf(described), libraries)),
    ...untaken(
      manifest('Cargo.toml'),
      packages.map(({ manifest_path }) => manifest(manifest_path)),
    ),
  ];
  for (const line of wrong) console.error(line);
  if (wrong.length > 0) process.exitCode = 1;
  else console.log(`${packages.length} crates use all that they depend on`);
}
