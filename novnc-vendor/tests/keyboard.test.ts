import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Visit } from './gateway';
import { DESK, Visitor } from './visitor';

const [CTRL, SHIFT, ALT, DELETE, CAPS, NUM] = [
  '<ffe3>',
  '<ffe1>',
  '<ffe9>',
  '<ffff>',
  '<ffe5>',
  '<ff7f>',
];

let visitor: Visitor;
let visit: Visit;
beforeEach(async () => {
  visitor = await Visitor.open(DESK);
  visit = await visitor.gateway.visit();
  await visit.welcome();
  await visitor.sees();
  await focus();
});
afterEach(async () => {
  await visitor.leave();
  expect(visitor.faults).toEqual([]);
});

const focus = () => visitor.page.evaluate(() => document.querySelector('canvas')?.focus());
const keys = () => expect.poll(() => visit.desktop.keys());

test('what is held goes up when the keyboard goes elsewhere on the page', async () => {
  const { keyboard } = visitor.page;
  await keyboard.down('Shift');
  await keyboard.down('A');
  await keys().toEqual([`${SHIFT}+`, 'A+']);
  await visitor.unfold(); // by a click, and with the keyboard
  await keys().toEqual([`${SHIFT}+`, 'A+', `${SHIFT}-`, 'A-']);
  await keyboard.up('A');
  await keyboard.up('Shift');
  await focus();
  await keyboard.press('a');
  await keys().toEqual([`${SHIFT}+`, 'A+', `${SHIFT}-`, 'A-', 'a+', 'a-']);
});

test.each(['Shift', 'Control'] as const)(
  '%s that was pressed elsewhere counts on the desktop, too',
  async (modifier) => {
    const { keyboard } = visitor.page;
    const held = { Shift: SHIFT, Control: CTRL }[modifier];
    const letter = ({ Shift: 'A', Control: 'a' } as const)[modifier];
    await visitor.unfold();
    await keyboard.down(modifier);
    await focus();
    await keyboard.press(letter);
    await keyboard.up(modifier);
    await keys().toEqual([`${held}+`, `${letter}+`, `${letter}-`, `${held}-`]);
  },
);

test('a modifier whose release was never heard goes up with the next key', async () => {
  const { keyboard } = visitor.page;
  await keyboard.down('Alt');
  await keys().toEqual([`${ALT}+`]);
  // As when the system takes the release for itself, and leaves the focus where it is.
  const session = await visitor.page.createCDPSession();
  const a = { key: 'a', code: 'KeyA', windowsVirtualKeyCode: 65, modifiers: 0 };
  await session.send('Input.dispatchKeyEvent', { ...a, type: 'rawKeyDown' });
  await session.send('Input.dispatchKeyEvent', { ...a, type: 'keyUp' });
  await keys().toEqual([`${ALT}+`, `${ALT}-`, 'a+', 'a-']);
});

test('Ctrl+Alt+Del lets go of nothing that is held', async () => {
  await visitor.unfold();
  await visitor.press('Keys');
  await visitor.press('Ctrl');
  await visitor.press('Ctrl + Alt + Del');
  const chord = [`${CTRL}+`, `${ALT}+`, `${DELETE}+`, `${DELETE}-`, `${ALT}-`];
  await keys().toEqual(chord);
  await visitor.press('Ctrl');
  await keys().toEqual([...chord, `${CTRL}-`]);
});

test('a key that is held twice goes up with the second hand', async () => {
  const { keyboard } = visitor.page;
  await visitor.unfold();
  await visitor.press('Keys');
  await visitor.press('Ctrl');
  await focus();
  await keyboard.down('Control');
  await keyboard.press('c');
  await keyboard.up('Control');
  await keys().toEqual([`${CTRL}+`, 'c+', 'c-']);
  await visitor.press('Ctrl');
  await keys().toEqual([`${CTRL}+`, 'c+', 'c-', `${CTRL}-`]);
});

test('locks that differ from the keyboard are set right by the next key, once', async () => {
  await visitor.knowsLocks(visit, { caps: true, num: true });
  await visitor.page.keyboard.press('a');
  await keys().toEqual([`${CAPS}+`, `${CAPS}-`, `${NUM}+`, `${NUM}-`, 'a+', 'a-']);
});

test('a browser that cannot tell a lock changes none', async () => {
  await visitor.knowsLocks(visit, { caps: true, num: true });
  // As WebKit, which knows nothing of Num Lock.
  await visitor.page.evaluate(() => {
    const real = Object.getOwnPropertyDescriptor(KeyboardEvent.prototype, 'getModifierState');
    const told = real?.value as KeyboardEvent['getModifierState'];
    KeyboardEvent.prototype.getModifierState = function (this: KeyboardEvent, key) {
      return key !== 'NumLock' && told.call(this, key);
    };
  });
  await visitor.page.keyboard.press('a');
  await keys().toEqual([`${CAPS}+`, `${CAPS}-`, 'a+', 'a-']);
});

test('a key that waits for the clipboard is pressed before its modifier goes up', async () => {
  const { keyboard } = visitor.page;
  // As a browser that pastes nothing.
  await visitor.page.evaluate(() => {
    addEventListener('paste', (event) => event.stopImmediatePropagation(), { capture: true });
  });
  await keyboard.down('Control');
  await keyboard.down('v');
  await keyboard.up('Control');
  await keyboard.up('v');
  await keys().toEqual([`${CTRL}+`, 'v+', 'v-', `${CTRL}-`]);
});
