// Runs other programs, and says in a line each what is being done.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A failure whose message says all that a person needs: it is shown without a stack. */
export class Failure extends Error {}

/** Says what happens next. On stderr, so that stdout belongs to the program that is started. */
export function step(text) {
  process.stderr.write(`porthole: ${text}\n`);
}

/** Runs a task in the repository's root folder; a `Failure` is told in a line and becomes exit code 1. */
export async function main(task) {
  try {
    process.chdir(fileURLToPath(new URL('..', import.meta.url)));
    await task();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    step(error.message);
    process.exitCode = 1;
  }
}

/** Runs a program on this terminal. Fails when the program does. */
export async function run(program, args, options = {}) {
  const child = spawn(program, args, { stdio: 'inherit', ...options });
  await ended(child, program, args);
}

/** Runs a program and gives all its output, which is shown only when it fails. */
export async function runQuietly(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  try {
    await ended(child, program, args);
  } catch (failure) {
    process.stderr.write(Buffer.concat(output));
    throw failure;
  }
  return Buffer.concat(output).toString('utf8');
}

/** Runs a program and shows its stdout line by line, each line given to `see` as well. Fails when the program does. */
export async function runWatched(program, args, see) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const read = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      process.stdout.write(`${line}\n`);
      see(line);
    }
  })();
  await Promise.all([ended(child, program, args), read]);
}

/** Runs a program and gives its stdout, however much it is. Fails when the program does. */
export async function outputOf(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  await ended(child, program, args);
  return Buffer.concat(output).toString('utf8');
}

/** Waits for the end of a program. Fails when the program does. */
export function ended(child, program, args) {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Failure(`${program} cannot be run: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Failure(`\`${[program, ...args].join(' ')}\` failed (${signal ?? code})`));
    });
  });
}
