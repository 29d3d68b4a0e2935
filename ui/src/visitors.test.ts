import { afterEach, expect, test } from 'vitest';
import type { AskView } from './bindings/AskView';
import type { VisitView } from './bindings/VisitView';
import { byDay } from './days';
import { alice, link, nothing, terms, visitor } from './fixtures';
import { asked, button, click, close, focused, labels, open, show, text } from './testing';

afterEach(close);

const asking: AskView[] = [
  { id: 1, display: 'Alice', address: '192.0.2.4', rights: 'control', since: 0 },
  { id: 2, display: '<b>Bob</b>', address: '192.0.2.9', rights: 'view', since: 0 },
];

test.each([
  ['Allow 192.0.2.4', 1, 'control'],
  ['Allow view only: 192.0.2.4', 1, 'view'],
  ['Deny 192.0.2.4', 1, null],
  ['Allow view only: 192.0.2.9', 2, 'view'],
  ['Deny 192.0.2.9', 2, null],
] as const)('%s', async (label, visitor, rights) => {
  await open({ ...nothing, asking });
  await click(label);
  expect(asked).toEqual([{ type: 'answer', visitor, rights }]);
});

test('a visitor is not offered more than the link gives, and what they want is said as text', async () => {
  await open({ ...nothing, asking });
  expect(labels()).not.toContain('Allow 192.0.2.9');
  expect(text()).toContain('192.0.2.4 wants to see and control Alice');
  expect(text()).toContain('192.0.2.9 wants to see <b>Bob</b>');
  expect(document.querySelector('[aria-live] b')).toBeNull();
  await show(nothing);
  expect(text()).not.toContain('wants to see');
});

test('rights are changed in place, and shown as they are', async () => {
  const label = '192.0.2.4 can control Alice';
  await open({ ...nothing, displays: [{ ...alice, sessions: [visitor] }] });
  await click(label);
  expect(asked).toEqual([{ type: 'setRights', session: 7, rights: 'view' }]);
  expect(button(label).getAttribute('aria-checked')).toBe('true');
  await show({
    ...nothing,
    displays: [{ ...alice, sessions: [{ ...visitor, rights: 'view' as const }] }],
  });
  expect(button(label).getAttribute('aria-checked')).toBe('false');
  expect(focused()).toBe(label);
  await click(label);
  expect(asked.at(-1)).toEqual({ type: 'setRights', session: 7, rights: 'control' });
});

test('rights that only the VNC server knows are not offered to be changed', async () => {
  await open({ ...nothing, displays: [{ ...alice, sessions: [{ ...visitor, rights: null }] }] });
  expect(text()).toContain('192.0.2.4');
  expect(document.querySelector('[role="switch"]')).toBeNull();
});

test('links say what they give, until when, and how they were used', async () => {
  const now = Date.now();
  const links = [
    { ...link, ends: now + 52 * 60_000 },
    {
      ...link,
      id: 4,
      terms: { ...terms, rights: 'view' as const, once: true, ask: true, pin: true },
      uses: 2,
      lastUse: now,
      shared: false,
    },
  ];
  await open({ ...nothing, displays: [{ ...alice, links }] });
  expect(text()).toContain('2 active links');
  expect(text()).toContain('ends in 52 minutes');
  expect(text()).toContain('not used yet');
  expect(text()).toContain('until you stop it · one visit · asks you first · with PIN');
  expect(text()).toContain('for a browser on this computer');
  expect(text()).toContain('used 2 times');
});

test('one link is revoked at once, all of them after a question', async () => {
  const links = [link, { ...link, id: 4 }];
  await open({ ...nothing, displays: [{ ...alice, links }] });
  const [first = ''] = labels().filter((label) => label.startsWith('Revoke: Control, until'));
  await click(first);
  expect(asked).toEqual([{ type: 'revokeLink', link: 3 }]);

  await click('Revoke all… links to Alice');
  expect(focused()).toBe('Keep them');
  await click('Keep them');
  expect(focused()).toBe('Revoke all… links to Alice');
  await click('Revoke all… links to Alice');
  await click('Revoke all');
  expect(asked.slice(1)).toEqual([{ type: 'revokeLinks', display: 'alice' }]);
});

test('links beyond those that are shown are counted, and it is said where they are listed', async () => {
  const display = { ...alice, links: [link, { ...link, id: 4 }], moreLinks: 9998 };
  await open({ ...nothing, displays: [display] });
  expect(text()).toContain('10000 active links');
  expect(text()).toContain('And 9998 more. In a terminal, portholed links lists all of them');
});

test('a link that was made for another place is marked as one that opens nothing', async () => {
  const suspended = { ...link, id: 4, madeFor: '127.0.0.1:5902' };
  await open({ ...nothing, displays: [{ ...alice, links: [suspended, link] }] });
  expect(text()).toContain('2 links, some of which open nothing');
  expect(text()).toContain(
    'Opens nothing: it was made for 127.0.0.1:5902, which this display no longer is.',
  );
  expect(text().match(/Opens nothing/g)).toHaveLength(1);
  await show({ ...nothing, displays: [{ ...alice, links: [link] }] });
  expect(text()).toContain('1 active link');
  expect(text()).not.toContain('Opens nothing');
});

test('links of a display that has left the config are said to open nothing, and can be revoked', async () => {
  const links = [link, { ...link, id: 4 }];
  const orphan = { id: 'gone', name: 'Alice', links, moreLinks: 7, until: Date.now() + 300_000 };
  await open({ ...nothing, displays: [alice], orphans: [orphan] });
  expect(text()).toContain('Alice is no longer in the config, so its links open nothing.');
  expect(text()).toContain('in 5 minutes');
  expect(text()).toContain('And 7 more.');
  const [first = ''] = labels().filter((label) => label.startsWith('Revoke: Control, until'));
  await click(first);
  await click('Revoke now: all links to Alice');
  expect(asked).toEqual([
    { type: 'revokeLink', link: 3 },
    { type: 'revokeLinks', display: 'gone' },
  ]);
});

test('whether other machines can connect is said', async () => {
  await open({ ...nothing, displays: [alice] });
  expect(text()).toContain('Only this computer can connect');
  const network = { open: true, listening: [], encrypted: false, fingerprint: null };
  await show({ ...nothing, displays: [alice], network });
  expect(text()).toContain('Other computers can connect');
});

const visit: VisitView = {
  display: 'Alice',
  displayId: 'alice',
  address: '192.0.2.4',
  rights: 'control',
  visits: 1,
  began: new Date(2026, 10, 22, 14, 0).getTime(),
  last: new Date(2026, 10, 22, 14, 0).getTime(),
  ended: new Date(2026, 10, 22, 14, 38).getTime(),
  code: 1000,
  why: 'The visitor <left>.',
};

test('the history is read while somebody looks at it', async () => {
  await open(nothing);
  await click('History');
  expect(asked).toEqual([{ type: 'showHistory', shown: true }]);
  expect(text()).toContain('Loading…');
  expect(focused()).toBe('Close');

  await show({ ...nothing, history: [] });
  expect(text()).toContain('No visits yet.');

  await show({ ...nothing, history: [visit, { ...visit, ended: null, why: null }] });
  expect(text()).toContain('38 minutes · The visitor <left>.');
  expect(text()).toContain('still connected');
  await show({ ...nothing, history: [{ ...visit, visits: 12 }] });
  expect(text()).toContain('12 visits · 38 minutes · The visitor <left>.');
  await click('Export…');
  await click('Close');
  expect(asked.slice(1)).toEqual([
    { type: 'exportHistory' },
    { type: 'showHistory', shown: false },
  ]);
  expect(focused()).toBe('History');
});

test('a visit of four seconds is told in seconds', async () => {
  await open({ ...nothing, history: [{ ...visit, ended: visit.began + 4000 }] });
  await click('History');
  expect(text()).toContain('4 seconds · The visitor <left>.');
});

test('of a long history the latest part is drawn, and that is said', async () => {
  const history = Array.from({ length: 300 }, () => visit);
  await open({ ...nothing, history });
  await click('History');
  expect(document.querySelectorAll('dialog li')).toHaveLength(200);
  expect(text()).toContain('These are the latest 200 of 300 visits');
});

test('visits are told day by day', () => {
  const at = (day: number, hour: number) => ({
    ...visit,
    began: new Date(2026, 10, day, hour).getTime(),
  });
  const days = byDay([at(22, 14), at(22, 0), at(21, 23)]);
  expect(days.map(({ visits }) => visits.length)).toEqual([2, 1]);
  expect(byDay([])).toEqual([]);
});
