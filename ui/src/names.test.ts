import { expect, test } from 'vitest';
import { freeName } from './names';

test.each([
  [[], 'Desktop'],
  [['Alice'], 'Desktop'],
  [['Desktop'], 'Desktop 2'],
  [['Desktop', 'Desktop 3', 'Desktop 2'], 'Desktop 4'],
])('beside %o there is room for %s', (taken, name) => {
  expect(freeName(taken)).toBe(name);
});
