import { afterEach, describe, expect, test } from 'vitest';
import type { Visit } from './gateway';
import { DESK, Visitor, type Device } from './visitor';

let visitor: Visitor;
let visit: Visit;
afterEach(async () => {
  await visitor.leave();
  expect(visitor.faults).toEqual([]);
});

async function arrive(device: Device, rights: 'control' | 'view' = 'control') {
  visitor = await Visitor.open(device);
  visit = await visitor.gateway.visit();
  await visit.welcome({ rights });
  await visitor.sees();
  await visitor.page.evaluate(() => document.querySelector('canvas')?.focus());
}

/** Ctrl and V, as the browser hears them from a person. */
async function pressPaste() {
  await visitor.page.keyboard.down('Control');
  await visitor.page.keyboard.down('v', { commands: ['Paste'] });
  await visitor.page.keyboard.up('v');
  await visitor.page.keyboard.up('Control');
}

/** Puts text on the browser's own clipboard as another page would. */
async function copyElsewhere(text: string) {
  const other = await visitor.context.newPage();
  await other.setContent('<textarea></textarea>');
  await other.focus('textarea');
  await other.evaluate((t) => {
    const field = document.querySelector('textarea');
    if (!field) return;
    field.value = t;
    field.select();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- plain http knows no other way
    document.execCommand('copy');
  }, text);
  await other.close();
  await visitor.page.bringToFront();
  await visitor.page.evaluate(() => document.querySelector('canvas')?.focus());
}

const cuts = () =>
  visit.desktop.asked.flatMap((asked) => (asked.type === 'cut' ? [asked.text] : []));

const ELSEWHERE: Device = { ...DESK, elsewhere: true };

describe('by plain http', () => {
  test('there is no clipboard API, and Ctrl+V brings the text before the key', async () => {
    await arrive(ELSEWHERE);
    expect(await visitor.page.evaluate(() => [isSecureContext, 'clipboard' in navigator])).toEqual([
      false,
      false,
    ]);
    await copyElsewhere('from this device');
    await pressPaste();
    await expect.poll(() => visit.desktop.typed()).toBe('<ffe3>v');
    expect(cuts()).toEqual(['from this device']);
    const order = visit.desktop.asked.map((asked) =>
      asked.type === 'key' ? `${asked.keysym.toString(16)}${asked.down ? '+' : '-'}` : asked.type,
    );
    await expect.poll(() => order.slice(0, 4)).toEqual(['ffe3+', 'cut', '76+', '76-']);
  });

  test('the panel has 64 KiB, in both directions', async () => {
    await arrive(ELSEWHERE);
    const long = 'line of text\n'.repeat(5042).slice(0, 64 * 1024);
    await visitor.unfold();
    await visitor.press('Clipboard');
    visit.desktop.copy(long);
    const field = await visitor.page.waitForSelector('::-p-aria([role="textbox"])');
    const value = () => field?.evaluate((node) => (node as HTMLTextAreaElement).value);
    await expect.poll(value).toBe(long);

    await visitor.press('Copy to this device');
    await visitor.reads('Copied.');
    await field?.evaluate((node) => ((node as HTMLTextAreaElement).value = ''));
    await field?.focus();
    await visitor.page.keyboard.down('Control');
    await visitor.page.keyboard.down('v', { commands: ['Paste'] });
    await visitor.page.keyboard.up('v');
    await visitor.page.keyboard.up('Control');
    await expect.poll(() => cuts().at(-1)).toBe(long);
    expect(visit.desktop.typed()).toBe(''); // it was pasted into the panel, not on the desktop
  });
});

test('what would be dropped on the way is not pasted, and neither is anything older', async () => {
  await arrive(DESK);
  await copyElsewhere('x'.repeat(256 * 1024));
  await pressPaste();
  await visitor.reads('at most 256 KiB');
  expect(cuts()).toEqual([]);
  expect(visit.desktop.typed()).not.toContain('v');
});

test('where there is a clipboard API, what the desktop copies is on the clipboard at once', async () => {
  await arrive(DESK);
  const origin = new URL(visitor.page.url()).origin;
  for (const name of ['clipboard-read', 'clipboard-write'])
    await visitor.context.setPermission(origin, { permission: { name }, state: 'granted' });
  visit.desktop.copy('from the desktop');
  await expect
    .poll(() => visitor.page.evaluate(() => navigator.clipboard.readText()))
    .toBe('from the desktop');
});

test('who may only look has no clipboard', async () => {
  await arrive(ELSEWHERE, 'view');
  await copyElsewhere('secret');
  await visitor.unfold();
  expect(await visitor.page.$('[aria-label="Clipboard"]')).toBeNull();
  await visitor.page.evaluate(() => document.querySelector('canvas')?.focus());
  await pressPaste();
  await visitor.reads('has not given you control');
  visit.tell({ type: 'rights', rights: 'control' });
  await visitor.press('Clipboard');
  await visitor.reads('Clipboard of the desktop');
  expect(visit.desktop.asked).toEqual([]);
});
