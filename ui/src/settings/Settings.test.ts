import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Setting } from '../bindings/Setting';
import type { SettingsView } from '../bindings/SettingsView';
import type { Snapshot } from '../bindings/Snapshot';
import { alice, nothing, terms } from '../fixtures';
import {
  asked,
  button,
  choose,
  chosen,
  click,
  close,
  focused,
  labels,
  open,
  show,
  text,
} from '../testing';

const list: Snapshot = { ...nothing, displays: [alice] };
const having = (settings: Partial<SettingsView>): Snapshot => ({
  ...list,
  settings: { ...nothing.settings, startAtLogin: false, ...settings },
});
const interfaces = [
  { name: 'wlan0', addresses: ['192.0.2.5', 'fd00::5'] },
  { name: 'tun0', addresses: ['10.8.0.2'] },
];

beforeEach(async () => {
  await open(having({ interfaces }));
  await click('Settings');
});
afterEach(close);

test('they are looked after while somebody looks, and the focus is led along', async () => {
  expect(asked).toEqual([{ type: 'showSettings', shown: true }]);
  expect(focused()).toBe('Close');
  await click('Close');
  expect(asked.at(-1)).toEqual({ type: 'showSettings', shown: false });
  expect(focused()).toBe('Settings');
});

const choices: [string, Setting][] = [
  ['The browser', { key: 'openIn', value: 'browser' }],
  ['Dark', { key: 'theme', value: 'dark' }],
  ['Light', { key: 'theme', value: 'light' }],
  ['View only', { key: 'links', value: { ...terms, rights: 'view' } }],
  ['7 days', { key: 'links', value: { ...terms, seconds: 7 * 24 * 3600 } }],
  ['Until I stop it', { key: 'links', value: { ...terms, seconds: null } }],
  ['One visit only', { key: 'links', value: { ...terms, once: true } }],
  ['Ask me first', { key: 'links', value: { ...terms, ask: true } }],
  ['With a PIN', { key: 'links', value: { ...terms, pin: true } }],
  ['tun0', { key: 'listening', value: { kind: 'interface', name: 'tun0' } }],
  ['None', { key: 'listening', value: { kind: 'thisMachine' } }],
];

test.each(choices)('%s is asked for', async (words, setting) => {
  await choose(words);
  expect(asked.at(-1)).toEqual({ type: 'set', setting });
});

test('a choice does not take back one that is not written yet', async () => {
  await choose('7 days');
  await choose('One visit only');
  const seconds = 7 * 24 * 3600;
  expect(asked.at(-1)).toEqual({
    type: 'set',
    setting: { key: 'links', value: { ...terms, seconds, once: true } },
  });
  // The first is written, the second not yet.
  await show({ ...having({ interfaces }), defaultTerms: { ...terms, seconds } });
  await choose('Ask me first');
  expect(asked.at(-1)).toEqual({
    type: 'set',
    setting: { key: 'links', value: { ...terms, seconds, once: true, ask: true } },
  });
});

test('what was on offer stays where it is', async () => {
  await close();
  await open({ ...having({ interfaces }), defaultTerms: { ...terms, seconds: 1800 } });
  await click('Settings');
  expect(text()).toContain('30 minutes');
  await show({ ...having({ interfaces }), defaultTerms: { ...terms, seconds: 8 * 3600 } });
  expect(text()).toContain('30 minutes');
});

test('switches ask, and move when it is done', async () => {
  await click('Start at login');
  expect(asked.at(-1)).toEqual({ type: 'startAtLogin', on: true });
  expect(button('Start at login').getAttribute('aria-checked')).toBe('false');
  await show(having({ startAtLogin: true }));
  expect(button('Start at login').getAttribute('aria-checked')).toBe('true');
  await click('Encrypt links');
  expect(asked.at(-1)).toEqual({ type: 'set', setting: { key: 'encrypt', value: true } });
  await show(having({ startAtLogin: null }));
  expect(labels('dialog')).not.toContain('Start at login');
});

test('what holds is shown, however it was changed', async () => {
  expect(chosen()).toEqual(['A window', 'System', 'View and control', '1 hour', 'Any network']);
  await show({
    ...having({
      openIn: 'browser',
      theme: 'dark',
      interfaces,
      listening: { kind: 'interface', name: 'wlan0' },
    }),
    defaultTerms: { ...terms, rights: 'view', seconds: 7200, pin: true },
  });
  expect(chosen()).toEqual(['The browser', 'Dark', 'View only', '2 hours', 'With a PIN', 'wlan0']);
  expect(text()).toContain('192.0.2.5, fd00::5');
});

test('addresses of the config’s own are among the choices, and so is an interface that is gone', async () => {
  await show(having({ interfaces, listening: { kind: 'fixed', addresses: ['0.0.0.0'] } }));
  expect(chosen()).toContain('Set in the config file');
  expect(text()).toContain('Always: 0.0.0.0');
  await show(having({ interfaces, listening: { kind: 'interface', name: 'eth7' } }));
  expect(chosen()).toContain('eth7');
  expect(text()).toContain('Not connected now.');
});

test('what could not be written goes back, and why is said in the panel', async () => {
  await choose('Dark');
  await choose('One visit only');
  await choose('View only');
  const notice = { kind: 'error' as const, text: 'config.toml could not be written.', path: null };
  await show({ ...having({}), notice });
  expect(chosen()).toEqual(['A window', 'System', 'View and control', '1 hour', 'Any network']);
  expect(document.querySelector('dialog')?.textContent).toContain('could not be written');
});

test('a mistake in the config file is said in the panel', async () => {
  await show({ ...having({}), fault: 'config.toml:7: unknown field `thme`' });
  expect(document.querySelector('dialog [role=alert]')?.textContent).toContain('config.toml:7');
  await click('Edit config');
  expect(asked.at(-1)).toEqual({ type: 'editConfig' });
});

test('where a display opens decides what its buttons do', async () => {
  await click('Close');
  await click('Open Alice');
  expect(asked.at(-1)).toEqual({ type: 'open', display: 'alice' });
  await show(having({ openIn: 'browser' }));
  await click('Open Alice');
  expect(asked.at(-1)).toEqual({ type: 'openInBrowser', display: 'alice' });
  await click('Open in a window: Alice');
  expect(asked.at(-1)).toEqual({ type: 'open', display: 'alice' });
});
