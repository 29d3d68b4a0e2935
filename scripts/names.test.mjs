// What the scripts build and read is there: most of it takes a release build, so nobody would notice for long.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const root = join(fileURLToPath(import.meta.url), '..', '..');
const scripts = readdirSync(join(root, 'scripts'))
  .filter((name) => name.endsWith('.mjs') && !name.endsWith('.test.mjs'))
  .map((name) => [name, readFileSync(join(root, 'scripts', name), 'utf8')]);

const found = (pattern) =>
  scripts.flatMap(([script, text]) =>
    [...text.matchAll(pattern)].map(([, ...groups]) => [script, ...groups]),
  );

test('the programs that scripts build are in the crates that they name', () => {
  const args = ['metadata', '--no-deps', '--locked', '--format-version', '1'];
  const { packages } = JSON.parse(execFileSync('cargo', args, { cwd: root, encoding: 'utf8' }));
  const programs = new Set(
    packages.flatMap(({ name, targets }) =>
      targets.filter(({ kind }) => kind.includes('bin')).map((one) => `${name}/${one.name}`),
    ),
  );
  const wanted = [
    ...found(/package: '([\w-]+)',\s*binary: '([\w-]+)'/g),
    ...found(/\bbuild\(\s*'([\w-]+)',\s*'([\w-]+)'/g),
    ...found(/\b(?:inBrowser|withWindow)\(\s*'([\w-]+)'/g).map(([script, binary]) => [
      script,
      'porthole-bench',
      binary,
    ]),
  ];
  assert.ok(wanted.length > 12, 'the scripts are written otherwise now');
  const missing = wanted.filter(([, crate, binary]) => !programs.has(`${crate}/${binary}`));
  assert.deepEqual(missing, []);
});

test('the sources that scripts name are there', () => {
  const paths = found(/'((?:crates|docs|packaging|tests|ui|novnc-vendor)\/[\w./-]+)'/g);
  assert.ok(paths.length > 0);
  const made = /\/dist\//;
  const missing = paths.filter(([, path]) => !made.test(path) && !existsSync(join(root, path)));
  assert.deepEqual(missing, []);
});
