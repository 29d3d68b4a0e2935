// The licences of what others have written and our programs contain.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, outputOf } from './run.mjs';

/** What each front end's build notes of its own parts. */
const fronts = { viewer: 'novnc-vendor/dist/licenses.md', window: 'ui/dist/licenses.md' };

const LICENCE = /^(licen[cs]e|copying|copyright|notice|unlicense)/i;

/** The licences of all that the program of a crate contains, as a text: each text once, and whose it is. */
export async function licencesOf(crate, frontNames) {
  const notes = frontNames.map((name) => readFileSync(fronts[name], 'utf8'));
  const metadata = await metadataOfCargo();
  return [
    'What others have written, and this program contains.',
    ...notes,
    ofCrates(contained(metadata, crate)),
  ].join('\n\n');
}

/** The crates that become part of a crate's program, without our own: all that it needs, but not to be built or tested. */
export function contained({ packages, resolve }, crate) {
  const byId = new Map(packages.map((described) => [described.id, described]));
  const needs = new Map(resolve.nodes.map((node) => [node.id, node.deps]));
  const root = packages.find((described) => described.name === crate && described.source === null);
  if (!root) throw new Failure(`there is no crate ${crate}`);
  const seen = new Set([root.id]);
  for (const id of seen)
    for (const need of needs.get(id))
      if (need.dep_kinds.some(({ kind }) => kind === null)) seen.add(need.pkg);
  return [...seen].map((id) => byId.get(id)).filter((described) => described.source !== null);
}

function ofCrates(crates) {
  const owners = new Map();
  const list = crates
    .sort((one, other) => one.name.localeCompare(other.name))
    .map((described) => {
      const name = `${described.name} ${described.version}`;
      for (const text of textsOf(described)) owners.set(text, [...(owners.get(text) ?? []), name]);
      return `${name}: ${described.license ?? 'see its text below'}`;
    });
  const texts = [...owners].map(
    ([text, names]) => `${'-'.repeat(80)}\n${names.join(', ')}\n\n${text}`,
  );
  return [`# Rust crates\n\n${list.join('\n')}`, ...texts].join('\n\n');
}

/** The texts that lie beside a crate's sources. */
function textsOf({ manifest_path }) {
  const folder = dirname(manifest_path);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { withFileTypes: true });
  const licences = files.filter((file) => file.isFile() && LICENCE.test(file.name));
  return licences.map(({ name }) => readFileSync(join(folder, name), 'utf8').trim());
}

/** Without what other systems than this one need. */
async function metadataOfCargo() {
  const host = /host: (.*)/.exec(await outputOf('rustc', ['-vV']))[1];
  const options = ['--locked', '--format-version', '1', '--filter-platform', host];
  return JSON.parse(await outputOf('cargo', ['metadata', ...options]));
}
