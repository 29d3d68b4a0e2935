import { afterEach, expect, test, vi } from 'vitest';
import { alice, nothing } from '../fixtures';
import {
  asked,
  click,
  close,
  enter,
  field,
  focused,
  labels,
  open,
  show,
  text,
  write,
} from '../testing';

afterEach(close);

const demo = { ...alice, id: 'demo', name: 'Demo', target: 'demo' };
const found = [
  { target: '127.0.0.1:5907', program: 'x11vnc' },
  { target: 'unix:/home/alice/<b>.sock', program: null },
];
const first = { ...nothing, displays: [demo], found };

test.each([nothing, first])('who has just come chooses from all ways', async (snapshot) => {
  await open(snapshot);
  expect(text()).toContain('What do you want to show?');
  expect(labels('header')).toEqual([]);
  expect(labels('section')).toContain('Start a desktop');
  expect(labels('section')).toContain('Import a token file');
  await click('Share this screen');
  expect(asked).toEqual([{ type: 'shareThisScreen' }]);
});

test('the ways stay at hand when there are displays, and go when one has led to a link', async () => {
  await open({ ...nothing, displays: [alice] });
  expect(text()).not.toContain('What do you want to show?');
  await click('Add a display');
  expect(focused()).toBe('Close');
  await click('Share this screen');
  expect(labels()).not.toContain('Share this screen');
  await click('Add a display');
  await show({ ...nothing, displays: [alice], shareFor: 'alice' });
  await show({ ...nothing, displays: [alice] });
  expect(labels()).not.toContain('Start a desktop');
});

test('a config with a mistake is mended first', async () => {
  await open({ ...nothing, fault: 'config.toml:1: no' });
  expect(labels()).not.toContain('Start a desktop');
});

test('this screen is offered unless it is in the list, and says why it cannot be shared', async () => {
  const thisScreen = 'This is a Wayland session. What works: a<b>.';
  await open({ ...nothing, thisScreen });
  expect(text()).toContain(thisScreen);
  expect(labels()).not.toContain('Share this screen');
  await show({ ...nothing, displays: [{ ...alice, target: 'this-screen' }] });
  await click('Add a display');
  expect(text()).not.toContain('This screen');
});

const add = (target: string, password: string | null = null, anyway = false) => ({
  type: 'addServer',
  target,
  password,
  anyway,
});

test('servers that were found are added by a click', async () => {
  await open(first);
  expect(text()).toContain('127.0.0.1:5907 x11vnc');
  expect(document.querySelector('section b')).toBeNull();
  await click('Add 127.0.0.1:5907');
  await click('Add unix:/home/alice/<b>.sock');
  expect(asked).toEqual([add('127.0.0.1:5907')]);
  const state = { kind: 'wrong', reason: 'No target.' } as const;
  await show({ ...first, adding: { target: '127.0.0.1:5907', state } });
  await click('Add unix:/home/alice/<b>.sock');
  expect(asked).toEqual(found.map(({ target }) => add(target)));
});

test('a server is added by its address, by the keyboard', async () => {
  await open(first);
  await enter('Address');
  expect(asked).toEqual([]);
  expect(document.activeElement).toBe(field('Address'));
  await write('Address', ':1');
  await write('Password, if it has one', 'rosebud');
  await enter('Password, if it has one');
  expect(asked).toEqual([add(':1', 'rosebud')]);
});

test('two Enters are one, until there is an answer', async () => {
  const target = '127.0.0.1:5901';
  await open(first);
  await write('Address', target);
  field('Address').form?.requestSubmit();
  await enter('Address');
  expect(asked).toEqual([add(target)]);
  await show({ ...first, adding: { target, state: { kind: 'trying' } } });
  await enter('Address');
  expect(asked).toEqual([add(target)]);
  await show({
    ...first,
    adding: { target, state: { kind: 'unreachable', reason: 'Nothing there.', fix: 'Start it.' } },
  });
  await enter('Address');
  expect(asked).toEqual([add(target), add(target)]);
});

test('what another has changed answers nothing', async () => {
  await open(first);
  await write('Address', ':1');
  await enter('Address');
  await show({ ...first, found: [] });
  await enter('Address');
  expect(asked).toEqual([add(':1')]);
});

test('a second try is possible where the answer is the same as the last', async () => {
  await open(first);
  vi.useFakeTimers();
  await write('Address', ':1');
  await enter('Address');
  vi.advanceTimersByTime(2000);
  await enter('Address');
  expect(asked).toEqual([add(':1'), add(':1')]);
  vi.useRealTimers();
});

test('a password that is asked for is written and shown', async () => {
  const target = '127.0.0.1:5907';
  await open(first);
  await click(`Add ${target}`);
  await show({ ...first, adding: { target, state: { kind: 'trying' } } });
  await click(`Add ${target}`);
  expect(asked).toEqual([add(target)]);
  await show({ ...first, adding: { target, state: { kind: 'asksPassword', refused: false } } });
  expect(text()).toContain(`${target} needs a password`);
  const password = field('Password, if it has one');
  expect(document.activeElement).toBe(password);
  expect([password.type, field('Address').value]).toEqual(['password', target]);
  await write('Password, if it has one', 'rosebud');
  password.setSelectionRange(7, 7);
  await show({ ...first, adding: { target, state: { kind: 'asksPassword', refused: false } } });
  // What is being typed is not selected, or the next letter would take its place.
  expect(password.selectionStart).toBe(7);
  await click('Add this address');
  expect(asked.at(-1)).toEqual(add(target, 'rosebud'));
  await show({ ...first, adding: { target, state: { kind: 'asksPassword', refused: true } } });
  expect(text()).toContain('did not accept this password');
  expect(password.getAttribute('aria-invalid')).toBe('true');
  // It is that server's, and no other's.
  await click('Add unix:/home/alice/<b>.sock');
  expect(asked.at(-1)).toEqual(add('unix:/home/alice/<b>.sock'));
});

test('what cannot be reached can be added all the same, and what is no address cannot', async () => {
  const target = '192.0.2.1:5901';
  const state = { kind: 'unreachable', reason: 'Nothing <b>there</b>.', fix: 'Start it.' } as const;
  await open({ ...nothing, adding: { target, state } });
  expect(text()).toContain('Nothing <b>there</b>. Start it.');
  await click('Add anyway');
  expect(asked).toEqual([add(target, null, true)]);
  await show({
    ...nothing,
    adding: { target, state: { kind: 'wrong', reason: 'No target.' } },
  });
  expect(text()).toContain('No target.');
  expect(labels()).not.toContain('Add anyway');
  expect(field('Address').getAttribute('aria-invalid')).toBe('true');
});
