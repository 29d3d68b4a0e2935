import { expect, test } from 'vitest';
import { leftOf } from './clock';

const MINUTE = 60_000;

test.each([
  [-5, 0, 1],
  [1, 0, 1],
  [MINUTE, 0, 1],
  [MINUTE + 1, 0, 2],
  [59 * MINUTE, 0, 59],
  [59 * MINUTE + 1, 1, 0],
  [125 * MINUTE, 2, 5],
])('%i ms are %i h %i min', (ms, hours, minutes) => {
  expect(leftOf(ms)).toEqual({ hours, minutes });
});
