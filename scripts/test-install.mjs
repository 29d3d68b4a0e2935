// npm run test:install: the package in a clean Debian, as whoever double-clicks it would have it. Takes some minutes and
// some hundred megabytes of packages, so it is no part of `npm test`. As root. The packages are those of `npm run build`.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildPrograms } from './cargo.mjs';
import { Failure, main, run, step } from './run.mjs';
import { ensure } from './system.mjs';

const folder = join('target', 'packages');

await main(async () => {
  if (process.getuid?.() !== 0)
    throw new Failure('this test makes a Debian of its own: run it as root');
  await ensure('test');
  await ensure('install');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const name = names.find((name) => /^porthole_.*\.deb$/.test(name));
  if (!name) throw new Failure('there is no package yet: run `npm run build` first');
  step('building the test');
  const test = { package: 'porthole-tests', binary: 'install' };
  const [install] = await buildPrograms([test], { profile: 'dev' });
  const root = mkdtempSync('/var/tmp/porthole-debian-');
  try {
    // What it mounts there is mounted for it alone: from here, the folder can be removed at any time.
    const alone = ['--mount', '--propagation', 'private'];
    await run('unshare', [...alone, install, join(folder, name), root]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
