import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsOf } from './needs.mjs';
import { missing, whatToInstall } from './system.mjs';

const everything = { hasProgram: () => true, hasModule: () => true, hasLibrary: () => true };
const nothing = { hasProgram: () => false, hasModule: () => false, hasLibrary: () => false };

test('a machine that has everything lacks nothing', () => {
  assert.deepEqual(missing(needsOf('test'), everything), []);
});

test('without a window, neither GTK nor WebKit is asked for', () => {
  assert.deepEqual(missing(needsOf('headless'), nothing), ['build-essential']);
});

test('each need is seen in its own way', () => {
  const lacks = (lacking) => missing(needsOf('desktop'), { ...everything, ...lacking });
  assert.deepEqual(lacks({ hasModule: () => false }), ['libwebkit2gtk-4.1-dev']);
  assert.deepEqual(lacks({ hasLibrary: () => false }), ['libayatana-appindicator3-1']);
  assert.deepEqual(lacks({ hasProgram: (name) => name !== 'cc' }), ['build-essential']);
});

test('where packages have other names, what to install is named', () => {
  assert.match(whatToInstall(['xvfb', 'nginx']), /xvfb, nginx/);
});
