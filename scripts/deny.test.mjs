import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findings, isAllowed } from './deny.mjs';

const REGISTRY = 'registry+https://github.com/rust-lang/crates.io-index';

const rules = (change = {}) => ({
  graph: { 'all-features': true },
  licenses: { allow: ['MIT', 'Apache-2.0'], exceptions: [] },
  bans: { 'multiple-versions': 'allow', wildcards: 'deny', 'allow-wildcard-paths': true, deny: [] },
  sources: {
    'unknown-registry': 'deny',
    'unknown-git': 'deny',
    'allow-registry': ['https://github.com/rust-lang/crates.io-index'],
    'allow-git': [],
  },
  ...change,
});

/** What cargo says of a workspace with one crate, `ours`, that needs all others. */
function metadata(...others) {
  const ours = { name: 'ours', license: 'MIT', source: null, manifest_path: '/w/ours/Cargo.toml' };
  const packages = [ours, ...others].map((one) => ({
    id: one.name,
    version: '1.0.0',
    license: 'MIT OR Apache-2.0',
    source: REGISTRY,
    manifest_path: `/cargo/${one.name}/Cargo.toml`,
    dependencies: [],
    ...one,
  }));
  const needs = (names) => names.map((pkg) => ({ pkg }));
  const nodes = packages.map(({ id, needed = [] }) => ({ id, deps: needs(needed) }));
  nodes[0].deps.push(...needs(others.filter((one) => !one.indirect).map(({ name }) => name)));
  return { packages, resolve: { nodes }, workspace_members: ['ours'], workspace_root: '/w' };
}

test('what is allowed is not named', () => {
  assert.deepEqual(findings(rules(), metadata({ name: 'serde' })), []);
});

test('licences are read as expressions, and as old crates write them', () => {
  const allowed = new Set(['MIT', 'Apache-2.0 WITH LLVM-exception']);
  for (const expression of [
    'MIT',
    'GPL-3.0-only OR MIT',
    'GPL-3.0-only/MIT',
    '(MIT OR ISC) AND MIT',
    'Apache-2.0 WITH LLVM-exception',
  ])
    assert.ok(isAllowed(expression, allowed), expression);
  for (const expression of ['ISC', 'MIT AND GPL-3.0-only', 'Apache-2.0', 'GPL-2.0-or-later'])
    assert.ok(!isAllowed(expression, allowed), expression);
});

test('a forbidden licence, one that is none and a missing one are named', () => {
  const crates = [
    { name: 'viral', license: 'AGPL-3.0-only' },
    { name: 'odd', license: 'see LICENSE' },
    { name: 'silent', license: null },
  ];
  assert.deepEqual(findings(rules(), metadata(...crates)), [
    'viral 1.0.0 has a licence that deny.toml does not allow: AGPL-3.0-only',
    'odd 1.0.0 has a licence that is no SPDX expression: see LICENSE',
    'silent 1.0.0 names no licence',
  ]);
});

test('an exception is for one crate, and is named when nothing needs it', () => {
  const exceptions = [
    { crate: 'selectors', allow: ['MPL-2.0'] },
    { crate: 'gone', allow: ['MPL-2.0'] },
  ];
  const licenses = { allow: ['MIT'], exceptions };
  const mpl = (name) => ({ name, license: 'MPL-2.0' });
  assert.deepEqual(findings(rules({ licenses }), metadata(mpl('selectors'), mpl('other'))), [
    'other 1.0.0 has a licence that deny.toml does not allow: MPL-2.0',
    'deny.toml: gone has an exception, and nothing needs it',
  ]);
});

test('a banned crate is named with whoever needs it, unless only a wrapper does', () => {
  const deny = [
    { crate: 'openssl-sys', reason: 'one cryptography' },
    { crate: 'reqwest', wrappers: ['tauri'], reason: 'no network' },
  ];
  const bans = { ...rules().bans, deny };
  const openssl = metadata(
    { name: 'native', needed: ['openssl-sys'] },
    { name: 'openssl-sys', indirect: true },
  );
  assert.deepEqual(findings(rules({ bans }), openssl), [
    'openssl-sys is banned (one cryptography); needed by native',
  ]);
  const wrapped = metadata(
    { name: 'tauri', needed: ['reqwest'] },
    { name: 'reqwest', indirect: true },
  );
  assert.deepEqual(findings(rules({ bans }), wrapped), []);
  const naked = metadata({ name: 'tauri', needed: ['reqwest'] }, { name: 'reqwest' });
  assert.deepEqual(findings(rules({ bans }), naked), [
    'reqwest is banned (no network); needed by ours',
  ]);
});

test('other registries, repositories and folders are named', () => {
  const crates = [
    { name: 'private', source: 'registry+https://crates.example/index' },
    { name: 'sparse', source: 'sparse+https://crates.example/index/' },
    { name: 'forked', source: 'git+https://git.example/forked?branch=main#abc' },
    { name: 'beside', source: null },
  ];
  assert.deepEqual(findings(rules(), metadata(...crates)), [
    'private comes from registry+https://crates.example/index',
    'sparse comes from sparse+https://crates.example/index/',
    'forked comes from git+https://git.example/forked?branch=main#abc',
    'beside comes from /cargo/beside/Cargo.toml',
  ]);
  const sources = { ...rules().sources, 'allow-git': ['https://git.example/forked'] };
  assert.deepEqual(findings(rules({ sources }), metadata(crates[2])), []);
});

test('a dependency on any version is named, and one on a folder is none', () => {
  const described = metadata();
  described.packages[0].dependencies = [
    { name: 'any', req: '*' },
    { name: 'own', req: '*', path: '/w/own' },
    { name: 'some', req: '^1' },
  ];
  assert.deepEqual(findings(rules(), described), ['ours takes any version of any']);
});

test('a rule that nobody would enforce is named', () => {
  const bans = { ...rules().bans, 'multiple-versions': 'deny', skip: [], deny: [{ name: 'x' }] };
  assert.deepEqual(findings(rules({ bans, output: {}, advisories: { ignore: [] } }), metadata()), [
    'deny.toml: bans.skip is not read by scripts/deny.mjs',
    'deny.toml: output is not read by scripts/deny.mjs',
    'deny.toml: bans.deny.name is not read by scripts/deny.mjs',
    'deny.toml: bans.multiple-versions must be allow',
  ]);
});
