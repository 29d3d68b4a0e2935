import { afterEach, expect, test, vi } from 'vitest';
import { launched, nothing } from './fixtures';
import { asked, click, close, labels, open, show, text } from './testing';

afterEach(close);

test('stopping all and quitting is offered while something runs, and asks first', async () => {
  const quit = 'Stop all and quit…';
  await open(launched({ kind: 'stopped' }));
  expect(labels()).not.toContain(quit);
  await show(launched({ kind: 'starting', step: '' }));
  await click(quit);
  expect(asked).toEqual([{ type: 'askFirst', ending: { type: 'stopAll' } }]);
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

test('it says where other machines connect, too', async () => {
  await open(nothing);
  expect(text()).toContain('Listening on 127.0.0.1:6080 ');
  const listening = ['192.168.7.5:6080', '[fd00:7::5]:6080', '10.8.0.2:6080', '10.9.0.2:6080'];
  await show({ ...nothing, network: { ...nothing.network, open: true, listening } });
  expect(text()).toContain('Listening on 127.0.0.1:6080, 192.168.7.5:6080 and 3 more');
});

test('a path in a notice is copied', async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  const path = '/home/alice/.config/porthole/config.toml';
  await open({ ...nothing, notice: { kind: 'error', text: `The config file is ${path}.`, path } });
  await click('Copy the path');
  expect(writeText).toHaveBeenCalledWith(path);
  expect(labels()).toContain('Copied');
  vi.unstubAllGlobals();
});
