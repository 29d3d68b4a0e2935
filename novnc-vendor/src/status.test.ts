import { expect, test } from 'vitest';
import { endingOf } from './endings';
import { progressOf, statusOf } from './status';

const after = endingOf({ code: 1006, reason: '', opened: true, connected: true, gaveUp: false });

test.each([
  [undefined, false, 'Connecting…'],
  [after, false, 'Trying again…'],
  [undefined, true, 'Starting the desktop…'],
  [after, true, 'Starting the desktop…'],
])('on the way after %o, starting %s: %s', (after, starting, words) => {
  const phase = { name: 'connecting', after, starting } as const;
  expect(progressOf(phase)).toBe(words);
  expect(statusOf(phase, 'Alice')).toBe(words);
});

test('a desktop that is there is called by its name', () => {
  expect(statusOf({ name: 'connected' }, 'Alice')).toBe('Connected to Alice.');
  expect(statusOf({ name: 'connected' }, '')).toBe('Connected.');
});

test('an end says what happened, why, and what next', () => {
  const words = statusOf({ name: 'ended', ending: after }, 'Alice');
  for (const part of [after.title, after.cause, after.next]) expect(words).toContain(part);
});
