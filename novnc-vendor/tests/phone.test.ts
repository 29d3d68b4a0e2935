import type { CDPSession } from 'puppeteer-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Visit } from './gateway';
import { PHONE, Visitor } from './visitor';

let visitor: Visitor;
let visit: Visit;
beforeEach(async () => {
  visitor = await Visitor.open(PHONE);
  visit = await visitor.gateway.visit();
  await visit.welcome({ display: 'A rather long name for a desktop', secondsLeft: 3540 });
  await visitor.sees();
});
afterEach(async () => {
  await visitor.leave();
  expect(visitor.faults).toEqual([]);
});

/** What is seen of everything that can be pressed. */
function buttons() {
  return visitor.page.$$eval('button', (all) =>
    all.map((button) => {
      const { left, right, top, bottom, width, height } = button.getBoundingClientRect();
      const label = button.getAttribute('aria-label') ?? button.innerText;
      const inside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
      return { label, inside, width, height };
    }),
  );
}

/** Touches an element without a mouse. */
async function tap(label: string) {
  const button = await visitor.page.waitForSelector(`::-p-aria([name="${label}"][role="button"])`);
  await button?.tap();
}

async function showKeyboard() {
  await visitor.unfold();
  await tap('On-screen keyboard');
  await visitor.page.waitForFunction(() => document.activeElement instanceof HTMLTextAreaElement);
}

describe.each([
  ['upright', 360, 740],
  ['on its side', 740, 360],
])('%s', (_, width, height) => {
  test.each([
    [
      'the bar',
      () => visitor.unfold(),
      ['Keys', 'Clipboard', 'View', 'Disconnect', 'Hide controls'],
    ],
    ['the keys', showKeyboard, ['Esc', 'Tab', 'Ctrl', 'Alt', 'Left', 'Up', 'Down', 'Right']],
  ])('%s fits, and is large enough for a finger', async (_, show, labels) => {
    await visitor.turn(width, height);
    await show();
    const all = await buttons();
    expect(all.map(({ label }) => label)).toEqual(expect.arrayContaining(labels));
    expect(all.filter((button) => !button.inside)).toEqual([]);
    expect(all.filter((button) => button.width < 40 || button.height < 40)).toEqual([]);
    const overflow = await visitor.page.evaluate(
      () => document.documentElement.scrollWidth - innerWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });
});

describe('the on-screen keyboard', () => {
  let ime: CDPSession;
  beforeEach(async () => {
    ime = await visitor.page.createCDPSession();
    await showKeyboard();
  });

  /** As keyboards of phones compose a word: letter by letter, with the whole word each time. */
  const compose = (text: string) =>
    ime.send('Input.imeSetComposition', {
      text,
      selectionStart: text.length,
      selectionEnd: text.length,
    });
  const commit = (text: string) => ime.send('Input.insertText', { text });
  const typed = () => expect.poll(() => visit.desktop.typed());

  test('types what is composed, once', async () => {
    await compose('h');
    await compose('he');
    await compose('hel');
    await commit('hello ');
    await commit('世界 €');
    await typed().toBe('hello 世界 €');
  });

  test('corrects what was corrected', async () => {
    await compose('teh');
    await commit('the ');
    await typed().toBe('teh<ff08><ff08>he ');
  });

  test('takes back more than was ever typed', async () => {
    for (let i = 0; i < 70; i++) await visitor.page.keyboard.press('Backspace');
    await typed().toBe('<ff08>'.repeat(70));
  });

  test('has keys of its own, with the others held', async () => {
    await commit('ls');
    await visitor.page.keyboard.press('Enter');
    await tap('Ctrl');
    await commit('c');
    await tap('Ctrl');
    await tap('Tab');
    await tap('Up');
    await typed().toBe('ls<ff0d><ffe3>c<ff09><ff52>');
    const up = visit.desktop.asked.filter((asked) => asked.type === 'key' && !asked.down);
    expect(up).toContainEqual({ type: 'key', keysym: 0xffe3, down: false });
    // None of these took the keyboard away.
    await commit('x');
    await typed().toBe('ls<ff0d><ffe3>c<ff09><ff52>x');
  });

  test('makes room for the bar', async () => {
    await visitor.unfold();
    await expect.poll(async () => (await buttons()).map(({ label }) => label)).not.toContain('Esc');
  });

  test('goes away with the right to type', async () => {
    visit.tell({ type: 'rights', rights: 'view' });
    await visitor.reads('You can now only view');
    expect((await buttons()).map(({ label }) => label)).not.toContain('Esc');
    expect(await visitor.page.$('textarea')).toBeNull();
  });
});

describe('fingers', () => {
  test('a touch clicks, two fingers click right', async () => {
    await visitor.page.touchscreen.tap(180, 400);
    await expect
      .poll(() => visit.desktop.asked)
      .toContainEqual(expect.objectContaining({ type: 'pointer', buttons: 1 }));
    const one = await visitor.page.touchscreen.touchStart(150, 400);
    const two = await visitor.page.touchscreen.touchStart(210, 400);
    await one.end();
    await two.end();
    await expect
      .poll(() => visit.desktop.asked)
      .toContainEqual(expect.objectContaining({ type: 'pointer', buttons: 4 }));
  });

  test('a pinch zooms on the desktop: its wheel turns while Ctrl is held', async () => {
    await visitor.pinch();
    await expect.poll(() => visit.desktop.keys()).toContain('<ffe3>+');
    expect(visit.desktop.asked).toContainEqual(
      expect.objectContaining({ type: 'pointer', buttons: 8 }),
    );
  });

  test.each([
    { caps: false, num: false },
    { caps: true, num: true },
  ])('a pinch leaves the locks as they are: %o', async (locks) => {
    await visitor.knowsLocks(visit, locks);
    await visitor.pinch();
    await expect.poll(() => visit.desktop.keys()).toContain('<ffe3>-');
    expect(new Set(visit.desktop.keys())).toEqual(new Set(['<ffe3>+', '<ffe3>-']));
  });

  test('a pinch lets go of nothing that the row of keys holds', async () => {
    await showKeyboard();
    await tap('Ctrl');
    await expect.poll(() => visit.desktop.keys()).toEqual(['<ffe3>+']);
    await visitor.pinch();
    await expect
      .poll(() => visit.desktop.asked)
      .toContainEqual(expect.objectContaining({ type: 'pointer', buttons: 8 }));
    expect(visit.desktop.keys()).toEqual(['<ffe3>+']);
    await tap('Ctrl');
    await expect.poll(() => visit.desktop.keys()).toEqual(['<ffe3>+', '<ffe3>-']);
  });

  test('turning the phone fits the picture again', async () => {
    const width = () => visitor.page.$eval('canvas', (c) => c.getBoundingClientRect().width);
    expect(await width()).toBeCloseTo(360, 0);
    await visitor.turn(740, 360);
    await expect.poll(width).toBeCloseTo(360 * (640 / 400), 0);
  });

  test('a keyboard in front of a desktop is no reason to make it smaller', async () => {
    const sizes = () =>
      visit.desktop.asked.flatMap((asked) =>
        asked.type === 'resize' ? [[asked.width, asked.height]] : [],
      );
    await visitor.unfold();
    await tap('View');
    await (await visitor.page.waitForSelector('::-p-text(Resize)'))?.tap();
    await expect.poll(sizes).toEqual([[360, 740]]);
    await tap('On-screen keyboard');
    await visitor.page.waitForFunction(() => document.activeElement instanceof HTMLTextAreaElement);
    await visitor.turn(360, 400);
    await expect.poll(pictureHeight).toBeLessThan(400);
    await visitor.turn(360, 740);
    await visitor.unfold();
    await visitor.turn(740, 360);
    await expect.poll(sizes).toEqual([
      [360, 740],
      [740, 360],
    ]);
  });
});

function pictureHeight() {
  return visitor.page.$eval('canvas', (canvas) => canvas.getBoundingClientRect().height);
}
