// npm start: from a fresh clone to the running program. Arguments are passed on: npm start -- --config FILE
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { buildFront, installModules } from './front.mjs';
import { Failure, main, outputOf, step } from './run.mjs';
import { ensure } from './system.mjs';

const shells = {
  desktop: { package: 'porthole-desktop', binary: 'porthole', fronts: ['viewer', 'window'] },
  headless: { package: 'porthole', binary: 'portholed', fronts: ['viewer'] },
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

/** Builds the shell and gives the path of its program, which cargo alone knows. */
async function build(shell) {
  // When nothing is to be built, cargo is done before anybody wonders.
  const patience = setTimeout(
    step,
    1000,
    `building ${shell.binary} (the first time takes some minutes)`,
  );
  const target = ['--package', shell.package, '--bin', shell.binary];
  const quiet = process.stderr.isTTY ? [] : ['--quiet'];
  const options = ['--release', '--locked', '--message-format=json-render-diagnostics', ...quiet];
  const messages = await outputOf('cargo', ['build', ...target, ...options]).finally(() =>
    clearTimeout(patience),
  );
  const lines = messages.split('\n').filter(Boolean);
  const built = lines.map((line) => JSON.parse(line));
  const program = built.find(
    ({ executable, target }) => executable && target.name === shell.binary,
  );
  if (!program) throw new Failure(`cargo built no ${shell.binary}`);
  return program.executable;
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
