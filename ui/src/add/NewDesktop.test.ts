import { tick } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { alice, nothing } from '../fixtures';
import {
  asked,
  button,
  click,
  close,
  field,
  focused,
  labels,
  open,
  press,
  text,
  write,
} from '../testing';

afterEach(close);

const list = { ...nothing, displays: [alice, { ...alice, id: 'desktop', name: 'Desktop' }] };

async function openWays() {
  await open(list);
  await click('Add a display');
}

test('two clicks make a desktop', async () => {
  await openWays();
  expect(field('Name').value).toBe('Desktop 2');
  await click('Start a desktop');
  expect(asked).toContainEqual({ type: 'newDesktop', name: 'Desktop 2' });
  expect(focused()).toBe('Add a display');
  expect(labels()).not.toContain('Start a desktop');
});

test('a name of one’s own, by the keyboard', async () => {
  await openWays();
  await write('Name', ' Work ');
  field('Name').form?.requestSubmit();
  expect(asked).toEqual([{ type: 'newDesktop', name: 'Work' }]);
});

test('without a name one is chosen', async () => {
  await openWays();
  await write('Name', ' ');
  await click('Start a desktop');
  expect(asked).toContainEqual({ type: 'newDesktop', name: null });
});

test('a name that is taken is refused at once', async () => {
  await openWays();
  await write('Name', 'Alice');
  await click('Start a desktop');
  expect(asked).toEqual([]);
  expect(text()).toContain('That name is taken.');
  expect(field('Name').getAttribute('aria-invalid')).toBe('true');
  expect(document.activeElement).toBe(field('Name'));
});

test.each(['Close', 'Escape'])('%s leaves everything as it was', async (way) => {
  await openWays();
  await (way === 'Escape' ? press(way) : click(way));
  expect(asked).toEqual([{ type: 'addNothing' }]);
  expect(labels()).not.toContain('Start a desktop');
  expect(focused()).toBe('Add a display');
});

test('where no desktop can be made it says why, and what to do', async () => {
  await open({ ...nothing, newDesktop: 'Not installed. To install it: sudo apt install x.' });
  expect(text()).toContain('Not installed.');
  expect(labels()).toContain('Copy the command');
  expect(labels()).not.toContain('Start a desktop');
});

test.each([
  ['Enter', () => field('Name').form?.requestSubmit()],
  ['a click', () => button('Start a desktop').click()],
])('two of it (%s) are one', async (_, send) => {
  // Where nothing else is to be done yet, the form stays.
  await open({ ...nothing, thisScreen: 'Not here.' });
  send();
  send();
  await tick();
  send();
  expect(asked.filter(({ type }) => type === 'newDesktop')).toHaveLength(1);
});
