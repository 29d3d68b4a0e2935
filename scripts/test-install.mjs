// npm run test:install: the packages in a clean Debian, as whoever double-clicks them would have them. Takes some minutes
// and some hundred megabytes of packages, so it is no part of `npm test`. As root. The packages are those of
// `npm run build`.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildPrograms } from './cargo.mjs';
import { pack } from './packages.mjs';
import { Failure, main, run, runQuietly, step } from './run.mjs';
import { ensure } from './system.mjs';

const folder = join('target', 'packages');

await main(async () => {
  if (process.getuid?.() !== 0)
    throw new Failure('this test makes a Debian of its own: run it as root');
  await ensure('test');
  await ensure('install');
  const next = await packNext();
  step('building the test');
  const test = { package: 'porthole-tests', binary: 'install' };
  const [install] = await buildPrograms([test], { profile: 'dev' });
  const room = mkdtempSync('/var/tmp/porthole-debian-');
  try {
    // What it mounts there is mounted for it alone: from here, the folder can be removed at any time.
    const alone = ['--mount', '--propagation', 'private'];
    await run('unshare', [...alone, install, folder, next, room]);
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
});

/** Packs the same programs once more, as a later version to upgrade to; gives the folder of those packages. */
async function packNext() {
  const next = join(folder, 'next');
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true });
  for (const name of ['portholed', 'porthole']) {
    const isOurs = (file) => file.startsWith(`${name}_`) && file.endsWith('.deb');
    const made = existsSync(folder) && readdirSync(folder).find(isOurs);
    if (!made) throw new Failure('there are no packages yet: run `npm run build` first');
    const unpacked = join(next, 'unpacked');
    await runQuietly('dpkg-deb', ['--extract', join(folder, made), unpacked]);
    await pack(name, join(unpacked, 'usr/bin', name), next, { version: '999.0.0' });
  }
  return next;
}
