// npm run fuzz -- --seconds 60: runs every fuzz target for a minute; --target NAME (may be repeated) runs that one alone.
// What a target finds lies in fuzz/artifacts/NAME; what it learnt, in fuzz/corpus/NAME, is where the next run begins.
// It needs no nightly compiler: the coverage that libFuzzer goes by is a pass of LLVM's, and there is no unsafe code here
// for a sanitizer to watch.
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildFront, installModules } from './front.mjs';
import { Failure, main, outputOf, run, runQuietly, step } from './run.mjs';
import { ensure } from './system.mjs';

/** What `cargo fuzz` gives rustc, without its sanitizer. */
const coverage = [
  '--cfg fuzzing',
  '-Cpasses=sancov-module',
  ...['level=4', 'inline-8bit-counters', 'pc-table', 'trace-compares'].map(
    (what) => `-Cllvm-args=-sanitizer-coverage-${what}`,
  ),
  '-Ccodegen-units=1',
];

await main(async () => {
  const { seconds, targets } = whatToRun();
  await ensure('headless');
  await installModules();
  await buildFront('viewer');
  const folder = await build();
  const found = [];
  const waiting = [...targets];
  const worker = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift())
      if (!(await fuzz(folder, name, seconds))) found.push(name);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  if (found.length > 0)
    throw new Failure(`found something: ${found.join(', ')}; the inputs are in fuzz/artifacts`);
  step(`${targets.length} targets, ${seconds} s each: nothing found`);
});

function whatToRun() {
  const options = { seconds: { type: 'string' }, target: { type: 'string', multiple: true } };
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    throw new Failure(`${error.message} (--seconds NUMBER, --target NAME)`);
  }
  const seconds = Number(values.seconds ?? '60');
  if (!Number.isInteger(seconds) || seconds < 1)
    throw new Failure('--seconds takes a whole number from 1');
  const manifest = readFileSync('fuzz/Cargo.toml', 'utf8');
  const known = [...manifest.matchAll(/^\[\[bin\]\]\nname = "(\w+)"/gm)].map(([, name]) => name);
  const unknown = values.target?.find((name) => !known.includes(name));
  if (unknown) throw new Failure(`no target ${unknown}; there are ${known.join(', ')}`);
  return { seconds, targets: values.target ?? known };
}

/** Builds all targets, and gives the folder that they are in. */
async function build() {
  // With a target named, build scripts and macros are built without these flags.
  const host = /host: (\S+)/.exec(await outputOf('rustc', ['-vV']))[1];
  step('building the fuzz targets (some minutes the first time)');
  const args = ['build', '--release', '--quiet', '--manifest-path', 'fuzz/Cargo.toml'];
  const env = { ...process.env, RUSTFLAGS: coverage.join(' ') };
  await run('cargo', [...args, '--target', host, '--target-dir', 'target/fuzz'], { env });
  return join('target/fuzz', host, 'release');
}

/** Runs a target; `false` if it found something. */
async function fuzz(folder, name, seconds) {
  const [corpus, artifacts] = ['corpus', 'artifacts'].map((kind) => join('fuzz', kind, name));
  for (const made of [corpus, artifacts]) mkdirSync(made, { recursive: true });
  const seeds = join('fuzz/seeds', name);
  const args = [`-max_total_time=${seconds}`, `-artifact_prefix=${artifacts}/`];
  args.push('-rss_limit_mb=1024', '-timeout=10', '-max_len=8192', '-print_final_stats=1');
  args.push(corpus, ...(existsSync(seeds) ? [seeds] : []));
  let output;
  try {
    output = await runQuietly(join(folder, name), args);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    step(`${name}: ${error.message}`);
    return false;
  }
  const tried = /number_of_executed_units: (\d+)/.exec(output)?.[1] ?? '?';
  const learnt = readdirSync(corpus).length;
  step(`${name}: nothing found in ${tried} runs, ${learnt} inputs learnt`);
  return true;
}
