import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportsOf, paths, upwards, uses } from './arrows.mjs';

test('a tree of imports is taken apart', () => {
  assert.deepEqual(paths('crate::{Terms, config::{self, Place as P}, sharing::*}'), [
    ['crate', 'Terms'],
    ['crate', 'config', 'self'],
    ['crate', 'config', 'Place'],
    ['crate', 'sharing', '*'],
  ]);
});

test('comments and tests may name what they like; code may not', () => {
  const source = `
//! See [\`crate::app::Intent\`].
use crate::{
    config::Config,
    texts::say,
};
fn f() { crate::network::qr(); }
#[cfg(test)]
mod tests { use crate::app::tray; }
`;
  assert.deepEqual(uses(source), [
    ['config', 'Config'],
    ['texts', 'say'],
    ['network', 'qr'],
  ]);
});

test('what the root names is found in its room', () => {
  const found = exportsOf(
    'pub use model::{terms::Terms, rights::SessionRights};\npub use texts::speak;\n',
  );
  assert.equal(found.get('SessionRights'), 'model');
  assert.equal(found.get('speak'), 'texts');
});

test('an arrow up, one between neighbours, and a room without a floor are named', () => {
  const floors = [['model'], ['config', 'network'], ['app']];
  const root = 'pub use app::Intent;\n';
  const wrong = upwards(
    [
      ['model/terms.rs', 'use crate::config::Config;'],
      ['config.rs', 'use crate::{Intent, model::Terms};'],
      ['network/qr.rs', 'use crate::config::Config;'],
      ['app.rs', 'use crate::{config::Config, network::qr, model::Terms};'],
      ['cellar.rs', ''],
    ],
    root,
    floors,
  );
  assert.deepEqual(wrong, [
    'model/terms.rs: model may not know config (config)',
    'config.rs: config may not know app (Intent)',
    'network/qr.rs: network may not know config (config)',
    'cellar.rs: the room cellar has no floor yet; give it one in scripts/arrows.mjs',
  ]);
});
