import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contained } from './licences.mjs';

/** A crate that needs others: `kinds` by their names, null where they become part of it. */
function crate(name, source, needs = {}) {
  const deps = Object.entries(needs).map(([pkg, kinds]) => ({
    pkg,
    dep_kinds: kinds.map((kind) => ({ kind })),
  }));
  return { described: { id: name, name, source }, node: { id: name, deps } };
}

function metadata(...crates) {
  return {
    packages: crates.map(({ described }) => described),
    resolve: { nodes: crates.map(({ node }) => node) },
  };
}

test('a program contains what its crates need, but neither our own nor what only builds or tests it', () => {
  const all = metadata(
    crate('ours', null, { core: [null], maker: ['build'], tester: ['dev'], both: ['dev', null] }),
    crate('core', null, { library: [null] }),
    crate('library', 'registry', { core: [null] }),
    crate('both', 'registry'),
    crate('maker', 'registry'),
    crate('tester', 'registry'),
    crate('stranger', 'registry'),
  );
  const names = contained(all, 'ours').map(({ name }) => name);
  assert.deepEqual(names.sort(), ['both', 'library']);
});

test('a crate that is not there is named', () => {
  assert.throws(() => contained(metadata(), 'porthole'), /there is no crate porthole/);
});
