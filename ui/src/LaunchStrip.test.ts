import { afterEach, expect, test } from 'vitest';
import type { LaunchView } from './bindings/LaunchView';
import { launched } from './fixtures';
import { asked, button, click, close, focused, labels, open, show, text } from './testing';

afterEach(close);

const running = {
  kind: 'running',
  since: Date.UTC(2026, 10, 22),
  memory: 182_000_000,
  user: 'bob',
  xDisplay: ':3',
} as const;
const ended = {
  kind: 'ended',
  reason: 'The session was killed.',
  log: ['xfce4-session: bye', '<b>core dumped</b>'],
  at: 0,
} satisfies LaunchView;

const stopped = { kind: 'stopped' } as const;
const stopping = { kind: 'stopping' } as const;

const all: [LaunchView, string[], string[]][] = [
  [stopped, ['Stopped', 'Starts when someone opens it.'], ['Start Bob']],
  [
    { kind: 'starting', step: 'starting the VNC server' },
    ['Starting…', 'Starting the VNC server…'],
    ['Stop Bob'],
  ],
  [running, ['Running', 'as bob', 'on :3', '182 MB of memory'], ['Stop Bob', 'Restart Bob']],
  [stopping, ['Stopping…', 'Closing its programs…'], ['Stop Bob']],
  [
    ended,
    ['Ended', 'The session was killed.', 'xfce4-session: bye <b>core dumped</b>'],
    ['Start Bob'],
  ],
  [
    { kind: 'unavailable', reason: 'Not installed.', fix: 'To install it: sudo apt install x.' },
    ['Cannot start', 'Not installed.', 'To install it:', 'sudo apt install x'],
    ['Copy the command', 'Try again: Bob'],
  ],
];

test.each(all)('%o says how it fares and offers what fits', async (launch, words, offers) => {
  await open(launched(launch));
  for (const part of words) expect(text()).toContain(part);
  expect(labels('li')).toEqual([
    'Open Bob',
    'Share Bob…',
    'Open in browser: Bob',
    'Copy link to Bob',
    ...offers,
  ]);
});

test('one that the config has forgotten says so, and can only be stopped', async () => {
  const snapshot = launched(running);
  const state = { kind: 'unreachable', reason: 'It runs on.', fix: 'Stop it.' } as const;
  await open({ ...snapshot, displays: snapshot.displays.map((bob) => ({ ...bob, state })) });
  expect(text()).toContain('It runs on. Stop it.');
  expect(button('Open Bob').closest('[hidden]')).not.toBeNull();
  expect(labels('li')).toContain('Stop Bob');
  expect(labels('li')).not.toContain('Restart Bob');
});

test.each([
  [stopped, 'Start Bob', 'startDisplay'],
  [ended, 'Start Bob', 'startDisplay'],
  [{ kind: 'unavailable', reason: '', fix: '' } as const, 'Try again: Bob', 'startDisplay'],
] as const)('%o: %s', async (launch, label, type) => {
  await open(launched(launch));
  await click(label);
  expect(asked).toEqual([{ type, display: 'bob' }]);
});

test.each([
  ['Stop Bob', 'stop'],
  ['Restart Bob', 'restart'],
] as const)('%s may lose work, and so is asked about', async (label, type) => {
  await open(launched(running));
  await click(label);
  expect(asked).toEqual([{ type: 'askFirst', ending: { type, display: 'bob' } }]);
});

test('what is being stopped is not stopped again', async () => {
  await open(launched(stopping));
  await click('Stop Bob');
  expect(button('Stop Bob').getAttribute('aria-disabled')).toBe('true');
  expect(asked).toEqual([]);
});

test('a log is text, and folded until it is asked for', async () => {
  await open(launched(ended));
  expect(document.querySelector('details')?.open).toBe(false);
  expect(document.querySelector('pre')?.textContent).toBe(ended.log.join('\n'));
  expect(document.querySelector('pre b')).toBeNull();
});

test('another display keeps its focus when one changes', async () => {
  await open(launched(running, stopped));
  button('Start Carol').focus();
  await show(launched(ended, stopped));
  expect(focused()).toBe('Start Carol');
});
