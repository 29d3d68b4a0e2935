// npm test: everything, on a fresh machine as well. The last line is the count over all runners.
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { workspaces } from './front.mjs';
import { Failure, main, run, runWatched, step } from './run.mjs';
import { Tally } from './tally.mjs';

const tally = new Tally();

// A test that fails says what it saw; where in a library that came from helps nobody.
process.env.RUST_LIB_BACKTRACE = '0';

await main(async () => {
  await prepare();
  await testScripts();
  for (const workspace of workspaces) await testFront(workspace);
  await testRust();
});
console.log(`\n${tally}`);
if (tally.failed > 0) process.exitCode = 1;

async function testScripts() {
  const files = readdirSync('scripts').filter((name) => name.endsWith('.test.mjs'));
  const args = ['--test', '--test-reporter=spec', ...files.map((name) => join('scripts', name))];
  await runner(() => runWatched('node', args, (line) => tally.readNode(line)));
}

async function testFront(workspace) {
  const folder = join('target', 'e2e');
  const report = join(process.cwd(), folder, `${workspace}.json`);
  mkdirSync(folder, { recursive: true });
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  await runner(async () => {
    const outcome = run('npm', ['test', '--workspace', workspace, '--', ...reporters]);
    await outcome.finally(() => tally.addVitest(JSON.parse(readFileSync(report, 'utf8'))));
  });
}

/** All targets first: the tests run the programs as they are built here, and nothing is compiled twice. */
async function testRust() {
  step('building the programs and their tests');
  const workspace = ['--workspace', '--locked'];
  await runner(() => run('cargo', ['build', '--all-targets', ...workspace]));
  await runner(() =>
    runWatched('cargo', ['test', '--no-fail-fast', ...workspace], (line) => tally.readCargo(line)),
  );
}

/** Runs one test runner. One that fails without naming a failed test did not run its tests, and counts as failed. */
async function runner(task) {
  const before = tally.failed;
  try {
    await task();
  } catch (error) {
    step(error.message);
    if (tally.failed === before) tally.add(0, 1);
    if (!(error instanceof Failure)) throw error;
  }
}
