import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { count, divide, runInTurn, sideBySide, testPrograms } from './side-by-side.mjs';
import { Tally } from './tally.mjs';

test('test programs are found among what cargo says', () => {
  const message = (name, rest) =>
    JSON.stringify({ reason: 'compiler-artifact', target: { name }, ...rest });
  const messages = [
    message('rfb', { executable: null, profile: { test: true } }),
    message('portholed', { executable: '/t/portholed', profile: { test: false } }),
    message('e2e', {
      executable: '/t/e2e-1',
      profile: { test: true },
      manifest_path: '/w/tests/Cargo.toml',
    }),
    JSON.stringify({ reason: 'build-finished', success: true }),
    '',
  ].join('\n');
  assert.deepEqual(testPrograms(messages), [
    { name: 'e2e', program: '/t/e2e-1', folder: '/w/tests' },
  ]);
});

test('those that change the accounts of the system never run beside each other', () => {
  const named = (name) => ({ name });
  const all = ['rfb', 'launcher', 'front_door', 'e2e', 'npm_start'].map(named);
  const { system, others } = divide(all);
  assert.deepEqual(system, ['e2e', 'launcher', 'npm_start'].map(named));
  assert.deepEqual(others, ['rfb', 'front_door'].map(named));
});

/** A folder for shell scripts in place of test programs. */
function stage(context) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tests-')));
  context.after(() => rmSync(folder, { recursive: true }));
  const script = (name, body) => {
    const program = join(folder, name);
    writeFileSync(program, `#!/bin/sh\n${body}\n`);
    chmodSync(program, 0o755);
    return { name: `stage-${name}`, program, folder };
  };
  return { folder, script };
}

const result = (passed, failed) =>
  `echo "test result: x. ${passed} passed; ${failed} failed; 0 ignored; 0 measured; 0 filtered out"`;

test('all run in their folder, whatever one does, and all are counted', async (context) => {
  const { folder, script } = stage(context);
  const tally = new Tally();
  await runInTurn(
    [
      script('killed', 'kill -9 $$'),
      script('e2e', `[ "$PWD" = '${folder}' ] && ${result(2, 0)}`),
      script('lib', `${result(3, 2)}; exit 101`),
      { name: 'stage-gone', program: join(folder, 'gone'), folder },
      script('rfb', result(4, 0)),
    ],
    tally,
  );
  assert.equal(`${tally}`, '9 passed, 4 failed');
});

test('programs run at a time, and no more of them than wanted', async (context) => {
  const { script } = stage(context);
  const meets = (mine, other) =>
    `touch ${mine}; until [ -e ${other} ]; do sleep 0.01; done; ${result(1, 0)}`;
  const tally = new Tally();
  const pair = [script('a', meets('a.here', 'b.here')), script('b', meets('b.here', 'a.here'))];
  await sideBySide(
    pair.map((one) => () => runInTurn([one], tally)),
    2,
  );
  assert.equal(`${tally}`, '2 passed, 0 failed');

  let running = 0;
  let most = 0;
  const order = [];
  const task = (number) => async () => {
    order.push(number);
    most = Math.max(most, ++running);
    await new Promise((done) => setImmediate(done));
    running -= 1;
  };
  await sideBySide([1, 2, 3, 4, 5].map(task), 2);
  assert.deepEqual([order, most], [[1, 2, 3, 4, 5], 2]);
});

test('a runner that breaks counts as failed, and its neighbours are not given up', async () => {
  const tally = new Tally();
  await Promise.all([
    count('broken', tally, () => Promise.reject(new TypeError('broken'))),
    count('whole', tally, async (own) => own.add(2, 0)),
  ]);
  assert.equal(`${tally}`, '2 passed, 1 failed');
  assert.deepEqual(tally.failing, ['broken']);
});
