// Everything that checks and tests stand on: system packages, node modules, the built front ends.
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildFront, installModules } from './front.mjs';
import { main } from './run.mjs';
import { ensure } from './system.mjs';

/** Makes this clone ready for checks and tests. Quick when it is. */
export async function prepare() {
  await ensure('test');
  await installModules();
  await buildFront('viewer');
  await buildFront('window');
}

if (argv[1] === fileURLToPath(import.meta.url)) await main(prepare);
