import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asksForSystem, misplaced } from './platform.mjs';

test('every way to ask for the system is counted', () => {
  for (const line of [
    '#[cfg(unix)]',
    '#[cfg(not(target_os = "linux"))]',
    '#![cfg(any(windows, all(feature = "x", not(unix))))]',
    '#[cfg_attr(not(unix), expect(dead_code))]',
    'if cfg!(target_os = "linux") {}',
    '#[cfg(\n    target_family = "unix"\n)]',
  ])
    assert.equal(asksForSystem(`${line}\nfn f() {}\n`), 1, line);
});

test('tests, comments and other questions do not count', () => {
  for (const line of [
    '#[cfg(fuzzing)]',
    '// #[cfg(unix)]',
    '#[cfg(all(test, unix))]',
    '#[cfg(test)]\n#[cfg(target_os = "linux")]\nmod tests;',
    '#[cfg(test)]\nmod tests {\n    #[cfg(unix)]\n    fn f() {}\n}',
    'use std::os::unix::fs::MetadataExt;',
    'f(cfg(x), unix)',
  ])
    assert.equal(asksForSystem(`${line}\n`), 0, line);
});

test('what asks outside of platform is named, and an exception that is too wide', () => {
  const ask = '#[cfg(unix)]\nfn f() {}\n';
  const files = [
    ['crates/core/src/platform/clock.rs', ask],
    ['crates/launcher/src/linux/start.rs', ask],
    ['src-tauri/src/platform.rs', ask],
    ['crates/core/src/state/tests.rs', ask],
    ['crates/core/src/links.rs', ask],
    ['crates/core/src/lib.rs', ask + ask],
    ['crates/core/src/program.rs', ask],
  ];
  const exceptions = {
    'crates/core/src/lib.rs': [1, 'has rooms'],
    'crates/core/src/program.rs': [2, 'has a socket'],
    'crates/core/src/gone.rs': [1, 'was'],
  };
  assert.deepEqual(misplaced(files, exceptions), [
    'crates/core/src/links.rs asks 1 times which system it is compiled for: that belongs into platform',
    'crates/core/src/lib.rs asks 2 times which system it is compiled for (1 may, since it has rooms): that belongs into platform',
    'crates/core/src/program.rs may ask 2 times in scripts/platform.mjs, and does 1 times',
    'crates/core/src/gone.rs is an exception and does not exist',
  ]);
});
