import { afterEach, expect, test } from 'vitest';
import { alice, nothing } from './fixtures';
import { asked, click, close, focused, labels, open, press, text } from './testing';

afterEach(close);

const list = { ...nothing, displays: [alice, { ...alice, name: 'Desktop' }] };

function field(): HTMLInputElement {
  const input = document.querySelector('input');
  if (!input) throw new Error('there is nothing to write in');
  return input;
}

function write(name: string) {
  field().value = name;
  field().dispatchEvent(new Event('input', { bubbles: true }));
}

test('two clicks make a desktop', async () => {
  await open(list);
  await click('New desktop…');
  expect(field().value).toBe('Desktop 2');
  expect(document.activeElement).toBe(field());
  await click('Create');
  expect(asked).toEqual([{ type: 'newDesktop', name: 'Desktop 2' }]);
  expect(focused()).toBe('New desktop…');
});

test('a name of one’s own, by the keyboard', async () => {
  await open(list);
  await click('New desktop…');
  write(' Work ');
  field().form?.requestSubmit();
  expect(asked).toEqual([{ type: 'newDesktop', name: 'Work' }]);
});

test('without a name one is chosen', async () => {
  await open(list);
  await click('New desktop…');
  write(' ');
  await click('Create');
  expect(asked).toEqual([{ type: 'newDesktop', name: null }]);
});

test('a name that is taken is refused at once', async () => {
  await open(list);
  await click('New desktop…');
  write('Alice');
  await click('Create');
  expect(asked).toEqual([]);
  expect(text()).toContain('There is a display of this name already');
  expect(field().getAttribute('aria-invalid')).toBe('true');
  expect(document.activeElement).toBe(field());
});

test.each(['Cancel', 'Escape'])('%s leaves everything as it was', async (way) => {
  await open(list);
  await click('New desktop…');
  await (way === 'Escape' ? press(way) : click(way));
  expect(labels()).not.toContain('Create');
  expect(asked).toEqual([]);
  expect(focused()).toBe('New desktop…');
});

test('where none can be made it says why, and what to do', async () => {
  await open({ ...list, newDesktop: 'Not installed. To install it: sudo apt install x.' });
  await click('New desktop…');
  expect(text()).toContain('Not installed. To install it:');
  expect(labels()).toContain('Copy the command');
  expect(labels()).not.toContain('Create');
  await click('Close');
  expect(asked).toEqual([]);
});
