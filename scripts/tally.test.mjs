import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tally } from './tally.mjs';

test('cargo, node and Vitest add up', () => {
  const tally = new Tally();
  tally.readCargo('running 3 tests');
  tally.readCargo(
    'test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s',
  );
  tally.readCargo('test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out');
  tally.readNode('ℹ pass 4');
  tally.readNode('ℹ fail 1');
  tally.readNode('ℹ duration_ms 54.1');
  tally.addVitest({ numTotalTests: 5, numPassedTests: 5 });
  assert.equal(`${tally}`, '13 passed, 3 failed');
});

test('what was skipped counts as failed', () => {
  const tally = new Tally();
  tally.readCargo('test result: ok. 1 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out');
  tally.readNode('# skipped 3');
  tally.addVitest({ numTotalTests: 5, numPassedTests: 1 });
  assert.equal(`${tally}`, '2 passed, 9 failed');
});
