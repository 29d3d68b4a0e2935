import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fingerprint } from './fingerprint.mjs';

test('a fingerprint follows names and contents, and not what was built', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const write = (name, content) => writeFileSync(join(folder, name), content);
  write('a', 'one');
  mkdirSync(join(folder, 'dist'));
  const first = fingerprint([folder]);

  write('dist/a', 'built');
  assert.equal(fingerprint([folder]), first);
  write('a', 'two');
  const second = fingerprint([folder]);
  assert.notEqual(second, first);
  write('b', '');
  assert.notEqual(fingerprint([folder]), second);
});
