// npm run build: the packages that people install, in target/packages. For a quick look at them, without the long
// optimisation: npm run build -- --profile dev
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPrograms } from './cargo.mjs';
import { buildFront, installModules } from './front.mjs';
import { pack } from './packages.mjs';
import { Failure, main, step } from './run.mjs';
import { ensure } from './system.mjs';

const folder = join('target', 'packages');
const { values: options } = parseArgs({
  options: { profile: { type: 'string', default: 'dist' } },
});

await main(async () => {
  if (process.platform !== 'linux') throw new Failure('packages are made on Linux only');
  await ensure('bundle');
  await installModules();
  for (const front of ['viewer', 'window']) await buildFront(front);
  step('building porthole and portholed (many minutes, where they are optimised)');
  const [porthole, portholed] = await buildPrograms(
    [
      { package: 'porthole-desktop', binary: 'porthole' },
      { package: 'portholed', binary: 'portholed' },
    ],
    { profile: options.profile, quiet: !process.stderr.isTTY },
  );
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const made = [
    ...(await pack('portholed', portholed, folder)),
    ...(await pack('porthole', porthole, folder)),
  ];
  rmSync(join(folder, 'stage'), { recursive: true });
  for (const file of made) step(`${file} (${(statSync(file).size / 1e6).toFixed(1)} MB)`);
});
