import { afterEach, expect, test, vi } from 'vitest';
import { alice, launched, nothing } from './fixtures';
import { asked, click, close, labels, open, show, text } from './testing';

afterEach(close);

const found = [
  { target: '127.0.0.1:5907', program: 'x11vnc' },
  { target: 'unix:/home/alice/<b>.sock', program: null },
];

test('an empty list offers all ways to a first display', async () => {
  await open(nothing);
  await click('Share this screen');
  await click(`Edit config: ${nothing.configFile}`);
  expect(asked).toEqual([{ type: 'shareThisScreen' }, { type: 'editConfig' }]);
  await click('New desktop…');
  expect(labels()).toContain('Create');
});

test('VNC servers that were found are offered, and gone when there are none', async () => {
  await open({ ...nothing, displays: [alice], found });
  expect(text()).toContain('127.0.0.1:5907 x11vnc');
  expect(document.querySelector('section b')).toBeNull();
  await click('Add 127.0.0.1:5907');
  await click('Add unix:/home/alice/<b>.sock');
  expect(asked).toEqual(found.map(({ target }) => ({ type: 'addFound', target })));
  await show({ ...nothing, displays: [alice] });
  expect(text()).not.toContain('Found on this machine');
});

test('this screen is shared once', async () => {
  await open({ ...nothing, displays: [alice] });
  expect(labels()).toContain('Share this screen');
  await show({ ...nothing, displays: [{ ...alice, target: 'this-screen' }] });
  expect(labels()).not.toContain('Share this screen');
});

test('stopping all and quitting is offered while something runs, and asks first', async () => {
  const quit = 'Stop all and quit…';
  await open(launched({ kind: 'stopped' }));
  expect(labels()).not.toContain(quit);
  await show(launched({ kind: 'starting', step: '' }));
  await click(quit);
  await click('Keep them running');
  expect(asked).toEqual([]);
  await click(quit);
  await click('Stop all and quit');
  expect(asked).toEqual([{ type: 'stopAllAndQuit' }]);
});

test('a command is copied, and the button says so', async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  const fix = 'To install it: sudo apt install x.';
  await open(launched({ kind: 'unavailable', reason: 'Not installed.', fix }));
  await click('Copy the command');
  expect(writeText).toHaveBeenCalledWith('sudo apt install x');
  expect(labels()).toContain('Copied');
  vi.unstubAllGlobals();
});
