// Runs test programs side by side: most of them wait most of their time.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Failure, ended, step } from './run.mjs';
import { Tally } from './tally.mjs';

/**
 * Where the output of each program goes while it runs. It is shown when the program has ended; of one that never ends,
 * this tells which test hangs.
 */
const folder = join('target', 'tests');

/**
 * Tests that make accounts, put another list of accounts in place of the system's, or draw and measure on screens: one
 * after the other.
 */
const SYSTEM = ['e2e', 'launcher', 'npm_start'];

/** The test programs among the messages of `cargo build`: `{ name, program, folder }`. */
export function testPrograms(messages) {
  return messages
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter((message) => message.executable && message.profile?.test)
    .map(({ target, executable, manifest_path }) => ({
      name: target.name,
      program: executable,
      folder: dirname(manifest_path),
    }));
}

/** Those tests that must run one after the other, and those that may run beside anything. */
export function divide(tests) {
  const isSystem = ({ name }) => SYSTEM.includes(name);
  const system = tests.filter(isSystem);
  system.sort((a, b) => SYSTEM.indexOf(a.name) - SYSTEM.indexOf(b.name));
  return { system, others: tests.filter((test) => !isSystem(test)) };
}

/** Does tasks in their order, some at a time: as many as there are cores, and at least two. */
export async function sideBySide(tasks, atOnce = Math.max(2, availableParallelism())) {
  const next = tasks.values();
  const work = async () => {
    for (const task of next) await task();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** Runs test programs one after the other, as cargo does, and adds what they report to `tally`. */
export async function runInTurn(tests, tally) {
  for (const { name, program, folder: cwd } of tests) {
    await count(name, tally, async (own) => {
      const env = { ...process.env, CARGO_MANIFEST_DIR: cwd };
      const see = (line) => own.readCargo(line);
      await runAside(basename(program), [program], { see, cwd, env });
    });
  }
}

/**
 * Runs one of several programs that run at a time. All that it says is shown when it has ended, and each line is given to
 * `see`. Fails when the program does.
 */
export async function runAside(name, [program, ...args], { see = () => {}, ...options } = {}) {
  mkdirSync(folder, { recursive: true });
  const log = join(folder, `${name}.log`);
  const output = openSync(log, 'w');
  try {
    const child = spawn(program, args, { stdio: ['ignore', output, output], ...options });
    await ended(child, program, args);
  } finally {
    closeSync(output);
    const said = readFileSync(log, 'utf8');
    process.stdout.write(`\n     Ran ${name}: ${[program, ...args].join(' ')}\n${said}`);
    for (const line of said.split('\n')) see(line);
  }
}

/**
 * Runs one test runner, which adds to a tally of its own, and adds that to `tally`. One that fails without naming a failed
 * test did not run its tests, and counts as failed.
 */
export async function count(name, tally, task) {
  const own = new Tally();
  const began = Date.now();
  try {
    await task(own);
  } catch (error) {
    // Others run meanwhile, and are still to be counted.
    step(error instanceof Failure ? error.message : error.stack);
    if (own.failed === 0) own.add(0, 1);
  } finally {
    tally.add(own.passed, own.failed);
    if (own.failed > 0) tally.failing.push(name);
    step(`${name}: ${own} in ${Math.round((Date.now() - began) / 1000)} s`);
  }
}
