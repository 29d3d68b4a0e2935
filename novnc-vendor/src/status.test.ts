import { expect, test } from 'vitest';
import { endingOf } from './endings';
import { progressOf, statusOf } from './status';

const after = endingOf({ code: 1006, reason: '', opened: true, connected: true, gaveUp: false });

test.each([
  [undefined, 'begun', 'Connecting…'],
  [after, 'begun', 'Trying again…'],
  [undefined, 'starting', 'Starting the desktop…'],
  [after, 'starting', 'Starting the desktop…'],
  [undefined, 'asking', 'Alice’s owner is being asked…'],
  [after, 'asking', 'Alice’s owner is being asked…'],
] as const)('on the way after %o, %s: %s', (after, stage, words) => {
  const phase = { name: 'connecting', after, stage } as const;
  expect(progressOf(phase, 'Alice')).toBe(words);
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
