import { afterEach, expect, test, vi } from 'vitest';
import { launched } from './fixtures';
import { asked, click, close, labels, open, show } from './testing';

afterEach(close);

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
