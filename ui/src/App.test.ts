import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Intent } from './bindings/Intent';
import { alice, nothing, visitor } from './fixtures';
import { asked, button, close, enter, field, open, show, text, write } from './testing';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(async () => {
  await close();
  vi.useRealTimers();
});

test('every button asks for what it says', async () => {
  const state = { kind: 'unreachable' as const, reason: 'Nobody listens.', fix: 'Start it.' };
  await open({ ...nothing, displays: [{ ...alice, state, sessions: [visitor] }] });

  const display = 'alice';
  const clicks: [string, Intent][] = [
    ['Open Alice', { type: 'open', display }],
    ['Share Alice…', { type: 'openShare', display }],
    ['Open in browser: Alice', { type: 'openInBrowser', display }],
    ['Copy link to Alice', { type: 'copyLink', display }],
    ['Check again: Alice', { type: 'recheck', display }],
    ['192.0.2.4 can control Alice', { type: 'setRights', session: 7, rights: 'view' }],
    ['Disconnect 192.0.2.4 from Alice', { type: 'disconnect', session: 7 }],
    ['Troubleshoot', { type: 'doctor' }],
  ];
  for (const [label] of clicks) button(label).click();
  expect(asked).toEqual(clicks.map(([, intent]) => intent));
});

test('a display says its state, why, and who is connected', async () => {
  await open({ ...nothing, displays: [alice] });
  const text = () => document.querySelector('main')?.textContent ?? '';
  expect(text()).toContain('Online');
  expect(text()).toContain('1 of 1 display can be opened');

  await show({ ...nothing, displays: [{ ...alice, state: { kind: 'checking' } }] });
  expect(text()).toContain('Checking');

  const state = { kind: 'unreachable' as const, reason: 'Nobody listens.', fix: 'Start it.' };
  await show({ ...nothing, displays: [{ ...alice, state }] });
  expect(text()).toContain('Offline');
  expect(text()).toContain('Nobody listens. Start it.');
});

test('a display that asks for a password can be opened, and have it kept', async () => {
  const asks = (refused: boolean, busy = false) => ({
    ...nothing,
    displays: [{ ...alice, busy, state: { kind: 'asksPassword' as const, refused } }],
  });
  await open(asks(false));
  expect(text()).toContain('Password needed');
  expect(text()).toContain('1 of 1 display can be opened');
  button('Save the password for Alice').click();
  expect(asked).toEqual([]);
  expect(document.activeElement).toBe(field('VNC password'));
  await write('VNC password', 'rosebud');
  await enter('VNC password');
  button('Open Alice').click();
  expect(asked).toEqual([
    { type: 'keepPassword', display: 'alice', password: 'rosebud' },
    { type: 'open', display: 'alice' },
  ]);

  await show(asks(false, true));
  await enter('VNC password');
  expect(asked).toHaveLength(2);
  await show(asks(true));
  expect(text()).toContain('Wrong password.');
  expect(field('VNC password').getAttribute('aria-invalid')).toBe('true');
  // What is being typed is not selected by news.
  await write('VNC password', 'ros');
  field('VNC password').setSelectionRange(3, 3);
  await show({ ...asks(true), version: '0.2.0' });
  expect(field('VNC password').selectionStart).toBe(3);
});

test('while a display is busy its buttons keep the focus and ask for nothing', async () => {
  await open({ ...nothing, displays: [alice] });
  button('Open Alice').focus();
  await show({ ...nothing, displays: [{ ...alice, busy: true }] });
  button('Open Alice').click();
  expect(document.activeElement).toBe(button('Open Alice'));
  expect(button('Open Alice').getAttribute('aria-disabled')).toBe('true');
  expect(asked).toEqual([]);
});

test('a fault of the config file is said, and taken back', async () => {
  await open({ ...nothing, fault: 'config.toml:7: unknown key `nmae`' });
  expect(document.querySelector('[role=alert]')?.textContent).toContain('config.toml:7');
  await show(nothing);
  expect(document.querySelector('[role=alert]')).toBeNull();
});

test('foreign text is text', async () => {
  const name = '<img src=x onerror=alert(1)>';
  await open({ ...nothing, displays: [{ ...alice, name }], fault: name });
  expect(document.querySelector('img[src=x]')).toBeNull();
  expect(document.querySelector('li h2')?.textContent).toBe(name);
});

test('good news leaves by itself, bad news waits', async () => {
  await open({
    ...nothing,
    displays: [alice],
    notice: { kind: 'error', text: 'Could not.', path: null },
  });
  expect(document.querySelector('[role=status]')?.textContent).toContain('Could not.');
  vi.advanceTimersByTime(60_000);
  expect(asked).toEqual([]);

  const told = { ...nothing, notice: { kind: 'info' as const, text: 'Copied.', path: null } };
  await show(told);
  vi.advanceTimersByTime(5_000);
  await show({ ...told }); // other news does not begin its time anew
  vi.advanceTimersByTime(1_000);
  expect(asked).toEqual([{ type: 'dismissNotice' }]);
});

test('the shell is told whether the window is seen', async () => {
  await open(nothing);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(asked).toEqual([{ type: 'windowVisible', visible: true }]);
});
