// npm run pictures: makes the pictures of the documents anew, of the program as it is in this clone.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { buildPrograms } from './cargo.mjs';
import { prepare } from './prepare.mjs';
import { main, run, step } from './run.mjs';
import { ensure } from './system.mjs';

const folder = 'docs/pictures';
const programs = [
  { package: 'porthole-tests', binary: 'pictures' },
  { package: 'porthole-desktop', binary: 'porthole' },
  { package: 'portholed', binary: 'portholed' },
];

await main(async () => {
  await prepare();
  await ensure('pictures');
  step('building the programs');
  const [pictures] = await buildPrograms(programs, { profile: 'dev' });
  process.env.PORTHOLE_BIN_DIR = dirname(pictures);
  mkdirSync(folder, { recursive: true });
  step('taking pictures');
  await run(pictures, [folder]);
});
