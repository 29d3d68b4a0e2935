// npm start: from a fresh clone to the running program. Arguments are passed on: npm start -- --config FILE
// PORTHOLE_PROFILE=dev npm start: the same with the programs that the tests run.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { buildPrograms } from './cargo.mjs';
import { buildFront, installModules } from './front.mjs';
import { Failure, main, step } from './run.mjs';
import { ensure } from './system.mjs';

const shells = {
  desktop: { package: 'porthole-desktop', binary: 'porthole', fronts: ['viewer', 'window'] },
  headless: { package: 'portholed', binary: 'portholed', fronts: ['viewer'] },
};

/** Where the person stands: paths among the arguments are meant from there, and npm changes folder. */
const here = process.env.INIT_CWD ?? process.cwd();

await main(async () => {
  const name = hasDisplay() ? 'desktop' : 'headless';
  const shell = shells[name];
  await ensure(name);
  await installModules();
  for (const front of shell.fronts) await buildFront(front);
  const program = await build(shell);
  step(
    name === 'desktop' ? 'opening the window' : 'no display here, so no window: starting portholed',
  );
  process.exitCode = await become(program, process.argv.slice(2));
});

function hasDisplay() {
  return (
    process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
  );
}

/** Builds the shell and gives the path of its program. */
async function build(shell) {
  // When nothing is to be built, cargo is done before anybody wonders.
  const patience = setTimeout(
    step,
    1000,
    `building ${shell.binary} (the first time takes some minutes)`,
  );
  const options = { profile: process.env.PORTHOLE_PROFILE, quiet: !process.stderr.isTTY };
  const [program] = await buildPrograms([shell], options).finally(() => clearTimeout(patience));
  return program;
}

/** Runs the program as if it were this process: same terminal, signals passed on, its exit code as ours. */
function become(program, args) {
  const child = spawn(program, args, { stdio: 'inherit', cwd: here });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // A terminal sends Ctrl-C to the whole group; then the child has it already.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Failure(`${program} cannot be run: ${error.message}`)));
    child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
