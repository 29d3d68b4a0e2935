// @vitest-environment node
/**
 * Every look of the window in Chromium: axe finds nothing that stands in anybody's way, and nothing is cut off. With
 * LOOKS=FOLDER a picture of each is put there.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer, type ViteDevServer } from 'vite';
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

let server: ViteDevServer;
let chromium: Chromium;

beforeAll(async () => {
  const options = { host: '127.0.0.1', port: 0, hmr: false };
  server = await createServer({ root: join(import.meta.dirname, '..'), server: options });
  await server.listen();
  chromium = await Chromium.start();
  if (folder !== undefined) await mkdir(folder, { recursive: true });
}, 60_000);

afterAll(async () => {
  await chromium.stop();
  await server.close();
});

const all = Object.keys(looks).flatMap((look) =>
  Object.entries(showings).map(([name, showing]) => [look, name, showing] as const),
);

test.each(all)('%s, %s', { timeout: 60_000 }, async (look, name, showing) => {
  const [root = ''] = server.resolvedUrls?.local ?? [];
  await chromium.open(`${root}looks/index.html?${encodeURIComponent(look)}`, showing);
  const faults = await chromium.evaluate('faults()');
  if (folder !== undefined) {
    await writeFile(join(folder, `${look}, ${name}.png`), await chromium.picture());
  }
  expect(faults).toEqual([]);
  expect(await chromium.evaluate('cut()')).toEqual([]);
});
