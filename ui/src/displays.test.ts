import { expect, test } from 'vitest';
import type { LaunchView } from './bindings/LaunchView';
import type { DisplayState } from './bindings/DisplayState';
import { isForgotten, isLaunched, isOpenable } from './displays';
import { alice } from './fixtures';

const launches: [LaunchView, boolean, boolean][] = [
  [{ kind: 'stopped' }, true, false],
  [{ kind: 'starting', step: '' }, true, true],
  [{ kind: 'running', since: 0, memory: null, user: '', xDisplay: '' }, true, true],
  [{ kind: 'stopping' }, true, true],
  [{ kind: 'ended', reason: '', log: [], at: 0 }, true, false],
  [{ kind: 'unavailable', reason: '', fix: '' }, false, false],
];

test.each(launches)('%o: openable %s, launched %s', (launch, openable, running) => {
  const display = { ...alice, launch, state: { kind: 'checking' } as const };
  expect(isOpenable(display)).toBe(openable);
  expect(isLaunched(display)).toBe(running);
  expect(isForgotten(display)).toBe(false);
});

test.each(launches)('%o: forgotten if it runs and cannot be reached', (launch, _, running) => {
  const state = { kind: 'unreachable', reason: '', fix: '' } as const;
  expect(isForgotten({ ...alice, launch, state })).toBe(running);
});

const reaches: [DisplayState, boolean][] = [
  [{ kind: 'checking' }, false],
  [{ kind: 'reachable' }, true],
  [{ kind: 'unreachable', reason: '', fix: '' }, false],
];

test.each(reaches)('%o: openable %s', (state, openable) => {
  expect(isOpenable({ ...alice, state })).toBe(openable);
  expect(isLaunched({ ...alice, state })).toBe(false);
});
