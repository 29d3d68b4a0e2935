// npm test: everything, on a fresh machine as well. The last line is the count over all runners.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { workspaces } from './front.mjs';
import { prepare } from './prepare.mjs';
import { main, outputOf, runWatched, step } from './run.mjs';
import { count, divide, runAside, runInTurn, sideBySide, testPrograms } from './side-by-side.mjs';
import { Tally } from './tally.mjs';

const tally = new Tally();
const workspace = ['--workspace', '--locked'];

// A test that fails says what it saw; where in a library that came from helps nobody.
process.env.RUST_LIB_BACKTRACE = '0';

await main(async () => {
  await prepare();
  await testScripts();
  const { system, others } = divide(await buildTests());
  await sideBySide([
    () => runInTurn(system, tally),
    ...workspaces.map((front) => () => testFront(front)),
    ...others.map((test) => () => runInTurn([test], tally)),
  ]);
  await testExamples();
});
if (tally.failed > 0) step(`failed: ${tally.failing.join(', ')}`);
console.log(`\n${tally}`);
if (tally.failed > 0) process.exitCode = 1;

async function testScripts() {
  const files = readdirSync('scripts').filter((name) => name.endsWith('.test.mjs'));
  const args = ['--test', '--test-reporter=spec', ...files.map((name) => join('scripts', name))];
  await count('scripts', tally, (own) => runWatched('node', args, (line) => own.readNode(line)));
}

/** All targets at once: the tests run the programs as they are built here, and nothing is compiled twice. */
async function buildTests() {
  step('building the programs and their tests');
  const args = ['build', '--all-targets', ...workspace];
  let built = [];
  await count('cargo build', tally, async () => {
    built = testPrograms(
      await outputOf('cargo', [...args, '--message-format=json-render-diagnostics']),
    );
  });
  step(`running ${built.length} test programs; what each says is shown when it ends`);
  return built;
}

async function testFront(front) {
  const folder = join('target', 'e2e');
  const report = join(process.cwd(), folder, `${front}.json`);
  mkdirSync(folder, { recursive: true });
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const command = ['npm', 'test', '--workspace', front, '--', ...reporters];
  await count(front, tally, (own) =>
    runAside(front, command).finally(() => {
      if (existsSync(report)) own.addVitest(JSON.parse(readFileSync(report, 'utf8')));
    }),
  );
}

/** The examples in the documentation. */
async function testExamples() {
  const args = ['test', '--doc', '--no-fail-fast', ...workspace];
  await count('examples', tally, (own) => runWatched('cargo', args, (line) => own.readCargo(line)));
}
