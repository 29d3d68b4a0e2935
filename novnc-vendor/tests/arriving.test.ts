import { afterEach, describe, expect, test } from 'vitest';
import { DESK, Visitor, type Device } from './visitor';

let visitor: Visitor | undefined;
afterEach(async () => {
  await visitor?.leave();
  expect(visitor?.faults ?? []).toEqual([]);
  visitor = undefined;
});

async function arrive(device: Device = DESK, path?: string) {
  visitor = await Visitor.open(device, path);
  return { visitor, page: visitor.page, visit: await visitor.gateway.visit() };
}

test('the page offers its token, and hears events', async () => {
  const { visitor, visit } = await arrive();
  expect(visit.protocols).toEqual(['binary', 'porthole.events', 'porthole.token.token']);
  expect(visitor.page.url()).not.toContain('token');
});

describe('the owner is asked', () => {
  test('the page waits, and shows the desktop when the answer is yes', async () => {
    const { visitor, visit } = await arrive();
    visit.tell({ type: 'waiting' });
    await visitor.reads('Waiting to be let in');
    await visitor.reads('The owner of this desktop is being asked…');
    await visit.welcome();
    await visitor.sees();
    expect(await visitor.page.title()).toBe('Alice');
  });

  test.each([
    [4011, 'You were not let in'],
    [4012, 'Nobody answered'],
  ])('%i: %s, and asking again is offered', async (code, title) => {
    const { visitor, visit } = await arrive();
    visit.tell({ type: 'waiting' });
    visit.close(code);
    await visitor.reads(title);
    await visitor.press('Ask again');
    const again = await visitor.gateway.visit();
    again.tell({ type: 'waiting' });
    await visitor.reads('Waiting to be let in');
  });

  test('whoever does not want to wait leaves', async () => {
    const { visitor, visit } = await arrive();
    visit.tell({ type: 'waiting' });
    await visitor.press('Stop waiting');
    await visitor.reads('Disconnected');
  });
});

test('a PIN is asked for until it is right, by keyboard alone', async () => {
  const { visitor, page, visit } = await arrive();
  visit.close(4009, 'PIN wanted');
  await visitor.reads('This link has a PIN');
  const focused = () =>
    page.evaluate(() => {
      const { id, inputMode } = document.activeElement as HTMLInputElement;
      return { id, inputMode };
    });
  expect(await focused()).toEqual({ id: 'pin', inputMode: 'numeric' });
  await page.keyboard.type('0000\n');

  const second = await visitor.gateway.visit();
  expect(second.protocols.at(-1)).toBe('porthole.pin.30303030');
  second.close(4010, 'Wrong PIN');
  await visitor.reads('Wrong PIN');
  await page.waitForFunction(() => document.activeElement?.id === 'pin');
  await page.keyboard.type('0471\n');

  const third = await visitor.gateway.visit();
  expect(third.protocols.at(-1)).toBe('porthole.pin.30343731');
  await third.welcome();
  await visitor.sees();
});

test('a gateway that restarts is found again without a hand', async () => {
  const { visitor, visit } = await arrive();
  await visit.welcome();
  await visitor.sees();
  visit.close(1012, 'Restarting');
  await visitor.reads('Porthole is restarting');
  const again = await visitor.gateway.visit();
  await again.welcome();
  await visitor.sees();
});

describe('terms', () => {
  test('name, rights and time are in the bar, and change at once', async () => {
    const { visitor, page, visit } = await arrive();
    await visit.welcome({ display: '<b>Alice</b>', secondsLeft: 52 * 60 });
    await visitor.sees();
    await visitor.unfold();
    await visitor.reads('<b>Alice</b>');
    await visitor.reads('Control');
    await visitor.reads('52 min left');

    await page.mouse.click(500, 600);
    await expect.poll(() => visit.desktop.asked.length).toBeGreaterThan(0);
    visit.tell({ type: 'rights', rights: 'view' });
    await visitor.reads('You can now only view this desktop.');
    await visitor.reads('View only');
    expect(await page.$('[aria-label="Clipboard"]')).toBeNull();

    const before = visit.desktop.asked.length;
    await page.mouse.click(500, 600);
    await page.keyboard.type('x');
    await visitor.reads('the owner has not given you control');
    expect(visit.desktop.asked.length).toBe(before);

    visit.tell({ type: 'rights', rights: 'control' });
    await visitor.reads('You can control this desktop now.');
    await page.mouse.click(500, 600);
    await page.keyboard.type('x');
    await expect.poll(() => visit.desktop.typed()).toBe('x');
  });

  test('the last minutes are announced, and seen while the bar is folded away', async () => {
    const { visitor, visit } = await arrive();
    await visit.welcome({ secondsLeft: 130 });
    await visitor.sees();
    await visitor.reads('This link ends in 3 minutes.');
    await visitor.reads('3 min left');
  });
});

test('everything is reached without a mouse, and the desktop gets the keyboard back', async () => {
  const { visitor, page, visit } = await arrive();
  await visit.welcome();
  await visitor.sees();
  const focused = () =>
    page.evaluate(() => {
      const { ariaLabel, tagName } = document.activeElement ?? {};
      return ariaLabel ?? tagName;
    });
  const chord = async () => {
    for (const key of ['Control', 'Alt', 'Shift'] as const) await page.keyboard.down(key);
    for (const key of ['Shift', 'Alt', 'Control'] as const) await page.keyboard.up(key);
  };
  await expect.poll(focused).toBe('Desktop: Alice');
  await chord();
  await expect.poll(focused).toBe('Keys');
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe('Clipboard');
  await page.keyboard.press('Enter');
  await visitor.reads('Clipboard of the desktop');
  await page.keyboard.press('Escape');
  await visitor.readsNoMore('Clipboard of the desktop');
  expect(await focused()).toBe('Clipboard');
  await chord();
  await expect.poll(focused).toBe('Desktop: Alice');
  await page.keyboard.type('x');
  await expect.poll(() => visit.desktop.typed()).toMatch(/x$/);
});

test('the page speaks the language of its visitor', async () => {
  const { visitor, page, visit } = await arrive({ ...DESK, language: 'de-AT' });
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  visit.close(4009);
  await visitor.reads('Dieser Link hat eine PIN');
});

describe('an installed page', () => {
  test('can be had from the page, and starts without any token', async () => {
    const { visitor, page } = await arrive();
    const cdp = await page.createCDPSession();
    const { url, data, errors } = await cdp.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    const { start_url, display } = JSON.parse(data ?? '') as Record<string, string>;
    expect(new URL(start_url ?? '', url).href).toBe(visitor.page.url());
    expect(start_url).not.toMatch(/[?#]/);
    expect(display).toBe('standalone');
    const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors');
    // A browser context of a test is a private window, and that is all that stands in the way.
    expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);
  });

  test('has a place for a link, and takes only those of its own address', async () => {
    visitor = await Visitor.open(DESK, '/v');
    const { page, gateway } = visitor;
    await visitor.reads('This link is incomplete');
    const field = page.locator('#link');
    for (const wrong of [
      'https://elsewhere.test/v#token',
      `${page.url()}#not a token`,
      page.url(),
    ]) {
      await field.fill(wrong);
      await visitor.press('Open');
      await visitor.reads('That link belongs to another address.');
    }
    await field.fill(`  ${page.url()}#another `);
    await visitor.press('Open');
    const visit = await gateway.visit();
    expect(visit.protocols).toContain('porthole.token.another');
    // The browser tells of a changed address a little later.
    await expect.poll(() => page.url()).not.toContain('another');
  });
});
