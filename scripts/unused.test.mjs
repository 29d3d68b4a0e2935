import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untaken, unused } from './unused.mjs';

const needs = (name, kind = null) => ({ name, kind });
const sources = { src: 'use tokio_rustls::rustls;', tests: 'use proptest::x;', build: 'cc::f()' };
const named = (...dependencies) => unused({ name: 'ours', dependencies }, sources);

test('what is mentioned where it is needed is used', () => {
  const dependencies = [needs('tokio-rustls'), needs('proptest', 'dev'), needs('cc', 'build')];
  assert.deepEqual(named(...dependencies, needs('tokio-rustls', 'dev')), []);
  assert.deepEqual(named({ ...needs('long-name'), rename: 'tokio-rustls' }), []);
  const libraries = new Map([['rustls-of-tokio', 'tokio_rustls']]);
  const ours = { name: 'ours', dependencies: [needs('rustls-of-tokio')] };
  assert.deepEqual(unused(ours, sources, libraries), []);
});

test('what nothing mentions is named, and what only tests do', () => {
  assert.deepEqual(named(needs('tokio'), needs('proptest'), needs('proptest', 'build')), [
    'ours does not use tokio',
    'ours needs proptest for tests alone: a dev-dependency',
    'ours does not use proptest',
  ]);
});

test('what is needed without a word of it can be written down', () => {
  const metadata = { 'cargo-machete': { ignored: ['silent'] } };
  assert.deepEqual(
    unused({ name: 'ours', dependencies: [needs('silent')], metadata }, sources),
    [],
  );
});

test('what the workspace has for nobody is named', () => {
  const root = { workspace: { dependencies: { a: '1', b: '1', c: '1', d: '1', own: '1' } } };
  const inherits = (name) => ({ [name]: { workspace: true } });
  const one = { dependencies: inherits('a'), 'dev-dependencies': { ...inherits('b'), own: '2' } };
  const other = { target: { 'cfg(unix)': { dependencies: inherits('c') } } };
  assert.deepEqual(untaken(root, [one, other]), [
    'no crate of the workspace takes d',
    'no crate of the workspace takes own',
  ]);
});
