// Sees to it that the system has what a task needs, before anything is built.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { needsOf } from './needs.mjs';
import { Failure, run, step } from './run.mjs';

/** Installs what is missing for `task` where that can be done, and else says what to install. */
export async function ensure(task) {
  // An ordinary user's PATH on Debian lacks the folders of ldconfig, nginx and useradd.
  process.env.PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);
  if (!hasProgram('cargo'))
    throw new Failure('Rust is missing: install it from https://rustup.rs and start again');
  if (process.platform !== 'linux') return;
  const packages = missing(needsOf(task), { hasProgram, hasModule, hasLibrary });
  if (packages.length === 0) return;
  if (!hasProgram('apt-get')) throw new Failure(whatToInstall(packages));
  await install(packages);
}

/** The packages of those `needs` that are not met on the machine that `has` asks. */
export function missing(needs, has) {
  const met = (need) =>
    need.programs?.some(has.hasProgram) ||
    (need.module && has.hasModule(need.module)) ||
    (need.library && has.hasLibrary(need.library));
  return needs.filter((need) => !met(need)).map((need) => need.package);
}

/** What is said on a system whose packages have other names than Debian's. */
export function whatToInstall(packages) {
  return `please install what your system calls: ${packages.join(', ')} (Debian's names), and start again`;
}

async function install(packages) {
  const isRoot = process.getuid() === 0;
  if (!isRoot && !hasProgram('sudo')) {
    throw new Failure(
      `please run, as root: apt-get install --no-install-recommends ${packages.join(' ')}`,
    );
  }
  step(
    `installing ${packages.join(', ')}${isRoot ? '' : ' by sudo, which may ask for your password'}`,
  );
  const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '--quiet', '--yes'];
  const [program, ...args] = isRoot ? apt : ['sudo', ...apt];
  await run(program, [...args, 'update']);
  await run(program, [...args, 'install', '--no-install-recommends', ...packages]);
}

function hasProgram(name) {
  return process.env.PATH.split(delimiter).some((folder) => isExecutable(join(folder, name)));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function hasModule(name) {
  return spawnSync('pkg-config', ['--exists', name]).status === 0;
}

function hasLibrary(name) {
  const known = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' });
  return known.stdout?.includes(`${name} `) ?? false;
}
