import { afterEach, expect, test, vi } from 'vitest';
import type { Reachability } from '../bindings/Reachability';
import type { ShareView } from '../bindings/ShareView';
import type { Snapshot } from '../bindings/Snapshot';
import { alice, nothing, share, terms } from '../fixtures';
import { asked, button, choose, click, close, focused, labels, open, show, text } from '../testing';

afterEach(close);

const list = { ...nothing, displays: [alice] };
const choosing: Snapshot = { ...list, shareFor: 'alice' };
const made = (change: Partial<ShareView> = {}): Snapshot => ({
  ...choosing,
  share: { ...share, ...change },
});

test('two clicks share a display as the config says, and the focus is led along', async () => {
  await open(list);
  await click('Share Alice…');
  expect(asked).toEqual([{ type: 'openShare', display: 'alice' }]);
  await show(choosing);
  expect(focused()).toBe('Copy link');
  await click('Copy link');
  expect(asked.at(-1)).toEqual({ type: 'share', display: 'alice', terms });
  await show(made());
  expect(text()).toContain('Link copied. Send it to the person you want to share Alice with.');
  expect(focused()).toBe('Close');
  await click('Close');
  expect(asked.at(-1)).toEqual({ type: 'closeShare' });
  await show(list);
  expect(focused()).toBe('Share Alice…');
});

test('all that a link may be is chosen', async () => {
  await open(choosing);
  for (const words of ['View only', '7 days', 'One visit only', 'Ask me first', 'With a PIN']) {
    await choose(words);
  }
  await click('Copy link');
  const wanted = { rights: 'view', seconds: 7 * 24 * 3600, once: true, ask: true, pin: true };
  expect(asked).toEqual([{ type: 'share', display: 'alice', terms: wanted }]);
  await choose('Until I stop it');
  await click('Copy link');
  expect(asked.at(-1)).toEqual({
    type: 'share',
    display: 'alice',
    terms: { ...wanted, seconds: null },
  });
});

test('an end of the config’s own is among the choices', async () => {
  await open({ ...choosing, defaultTerms: { ...terms, seconds: 7200 } });
  expect(text()).toMatch(/1 hour *2 hours *8 hours/);
  await click('Copy link');
  expect(asked).toEqual([{ type: 'share', display: 'alice', terms: { ...terms, seconds: 7200 } }]);
});

test('while the link is being made it is not asked for again', async () => {
  await open({ ...choosing, displays: [{ ...alice, busy: true }] });
  await click('Copy link');
  expect(asked).toEqual([]);
});

test('what is chosen survives news', async () => {
  await open(choosing);
  await choose('View only');
  await show({
    ...choosing,
    notice: { kind: 'error', text: 'Cannot copy the link.', path: null },
  });
  await click('Copy link');
  expect(asked).toMatchObject([{ type: 'share', terms: { rights: 'view' } }]);
});

test.each(['Cancel', 'Escape'])('%s makes no link', async (way) => {
  await open(choosing);
  if (way === 'Cancel') await click(way);
  else document.querySelector('dialog')?.dispatchEvent(new Event('cancel', { cancelable: true }));
  expect(asked).toEqual([{ type: 'closeShare' }]);
});

test('another address has its own link and picture, and is copied when asked for', async () => {
  await open(made());
  expect(labels('dialog')).toContain('Copied');
  await choose('desk.local');
  expect(text()).toContain('http://desk.local:6080/v#f3Zc');
  expect(labels('dialog')).not.toContain('Copied');
  await click('Copy this link');
  expect(asked).toEqual([{ type: 'copyShared', host: 'desk.local' }]);
  await show(made({ copied: 'desk.local' }));
  expect(labels('dialog')).toContain('Copied');
  expect(document.querySelector('dialog [role=img]')?.getAttribute('aria-label')).toContain(
    'Alice',
  );
});

const states: [Reachability, string[]][] = [
  [{ kind: 'checking' }, ['Trying it…']],
  [{ kind: 'yes', doubt: null }, ['Reachable']],
  [
    { kind: 'yes', doubt: 'A firewall is on. To let visitors in: sudo ufw allow 6080/tcp.' },
    ['Opens on this computer', 'A firewall is on.', 'sudo ufw allow 6080/tcp'],
  ],
  [{ kind: 'no', reason: 'Nothing answers.', fix: 'Look.' }, ['Not reachable', 'Nothing answers.']],
];

test.each(states)('%o is said', async (opens, words) => {
  const [first] = share.addresses;
  if (!first) throw new Error('no address');
  await open(made({ addresses: [{ ...first, opens }] }));
  for (const part of words) expect(text()).toContain(part);
  if (words.length === 1) {
    expect(labels('dialog')).not.toContain('Try again');
  } else {
    await click('Try again');
    expect(asked).toEqual([{ type: 'recheckShared' }]);
  }
});

test('plain http is said, and encryption is a switch away', async () => {
  await open(made());
  expect(text()).toContain('Not encrypted: anyone on this network can see');
  expect(button('Encrypt links').getAttribute('aria-checked')).toBe('false');
  await click('Encrypt links');
  expect(asked).toEqual([{ type: 'set', setting: { key: 'encrypt', value: true } }]);

  await show({
    ...made(),
    network: { open: true, listening: [], encrypted: true, fingerprint: 'AB:CD:EF' },
  });
  expect(button('Encrypt links').getAttribute('aria-checked')).toBe('true');
  expect(text()).toContain('Browsers will show a warning');
  expect(text()).toContain('AB:CD:EF');

  await show({
    ...made(),
    network: { open: true, listening: [], encrypted: true, fingerprint: null },
  });
  expect(text()).toContain('Encrypted with your certificate.');
  expect(text()).not.toContain('warn');
});

test('a link says what it gives, and its PIN', async () => {
  const given = { rights: 'view', seconds: 8 * 3600, once: true, ask: true, pin: true } as const;
  await open(made({ terms: given, pin: '482913', copied: null }));
  expect(text()).toContain('View only 8 hours · one visit · asks you first · with PIN');
  expect(text()).toContain('482913');
  expect(text()).toContain('It is not on the clipboard yet.');
});

test('a link that was made by mistake is revoked', async () => {
  await open(made());
  await click('Revoke this link');
  expect(asked).toEqual([{ type: 'revokeLink', link: 3 }, { type: 'closeShare' }]);
});

test('a visitor who comes meanwhile is heard in the dialog, and so is bad news', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const asking = [
    { id: 1, display: 'Alice', address: '192.0.2.9', rights: 'view' as const, since: 0 },
  ];
  const notice = { kind: 'error' as const, text: 'Could not.', path: null };
  await open({ ...made(), asking, notice });
  expect(labels('dialog')).toContain('Deny 192.0.2.9');
  expect(labels('dialog')).toContain('Dismiss');
  expect(labels().filter((label) => label === 'Deny 192.0.2.9')).toHaveLength(1);
  vi.useRealTimers();
});
