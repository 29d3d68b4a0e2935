import { expect, test } from 'vitest';
import { leftOf } from './clock';

const MINUTE = 60_000;

test.each([
  [-5, 0, 0, 1],
  [1, 0, 0, 1],
  [MINUTE, 0, 0, 1],
  [MINUTE + 1, 0, 0, 2],
  [59 * MINUTE, 0, 0, 59],
  [59 * MINUTE + 1, 0, 1, 0],
  [125 * MINUTE, 0, 2, 5],
  [30 * 60 * MINUTE, 0, 30, 0],
  [7 * 24 * 60 * MINUTE - 1, 7, 0, 0],
])('%i ms are %i days %i h %i min', (ms, days, hours, minutes) => {
  expect(leftOf(ms)).toEqual({ days, hours, minutes });
});
