import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import { describe, expect, test } from 'vitest';
import { FINGER_SCENES, SCENES, show } from './states';
import { DESK, PHONE, type Device, type Visitor } from './visitor';

/** Where to leave a picture of everything that the page can show; none are taken without it. */
const PICTURES = process.env['PICTURES'];

const devices: [string, Device][] = [
  ['desk', DESK],
  ['phone', PHONE],
];

describe.each(devices)('%s', (device, description) => {
  const scenes = description.touch ? { ...SCENES, ...FINGER_SCENES } : SCENES;

  test.each(Object.entries(scenes))('%s', async (name, scene) => {
    const visitor = await show(scene, description);
    try {
      // Its script is put there by the browser: the page's policy forbids every other way.
      await visitor.page.evaluate(`${axe.source};0`);
      for (const scheme of ['light', 'dark'] as const) {
        await visitor.prefers(scheme);
        await keep(visitor, `${name}-${device}-${scheme}.png`);
        expect(await barriers(visitor), scheme).toEqual([]);
      }
      expect(visitor.faults).toEqual([]);
    } finally {
      await visitor.leave();
    }
  });
});

async function keep({ page }: Visitor, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, name) });
}

/** What axe finds in the way of people who cannot see, hear or hold a mouse. */
async function barriers({ page }: Visitor): Promise<string[]> {
  const { violations } = (await page.evaluate(
    "axe.run({ resultTypes: ['violations'] })",
  )) as AxeResults;
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html}`),
  );
}
