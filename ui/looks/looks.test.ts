// @vitest-environment node
/**
 * Every look of the window in Chromium: axe finds nothing that stands in anybody's way, and nothing is cut off. With
 * LOOKS=FOLDER a picture of each is put there.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Chromium, type Showing } from './chromium';
import { looks } from './looks';

const folder = process.env.LOOKS;
/** As it opens at first. */
const wide = { width: 840, height: 640 };
/** As small as the window gets. */
const narrow = { width: 440, height: 360 };
const showings: Record<string, Showing> = {
  light: { ...wide, scheme: 'light', language: 'en-GB' },
  'dark, narrow, German': { ...narrow, scheme: 'dark', language: 'de-DE' },
  ...(folder !== undefined && {
    dark: { ...wide, scheme: 'dark', language: 'en-GB' },
    'light, narrow': { ...narrow, scheme: 'light', language: 'en-GB' },
    'light, German': { ...wide, scheme: 'light', language: 'de-DE' },
  }),
};

const root = join(import.meta.dirname, '..');
let built: string;
let server: PreviewServer;
let chromium: Chromium;

beforeAll(async () => {
  // Built once: from a development server each look would load some hundred modules.
  built = await mkdtemp(join(tmpdir(), 'porthole-looks-'));
  const output = { outDir: built, emptyOutDir: true };
  const input = join(root, 'looks', 'index.html');
  await build({ root, build: { ...output, rolldownOptions: { input } }, logLevel: 'warn' });
  server = await preview({ root, build: output, preview: { host: '127.0.0.1', port: 0 } });
  chromium = await Chromium.start();
  if (folder !== undefined) await mkdir(folder, { recursive: true });
}, 60_000);

afterAll(async () => {
  await chromium.stop();
  await server.close();
  await rm(built, { recursive: true });
});

const all = Object.keys(looks).flatMap((look) =>
  Object.entries(showings).map(([name, showing]) => [look, name, showing] as const),
);

test.each(all)('%s, %s', { timeout: 60_000 }, async (look, name, showing) => {
  const [address = ''] = server.resolvedUrls?.local ?? [];
  await chromium.open(`${address}looks/index.html?${encodeURIComponent(look)}`, showing);
  const faults = await chromium.evaluate('faults()');
  if (folder !== undefined) {
    await writeFile(join(folder, `${look}, ${name}.png`), await chromium.picture());
  }
  expect(faults).toEqual([]);
  expect(await chromium.evaluate('cut()')).toEqual([]);
});
