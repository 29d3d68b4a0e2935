import { expect, test } from 'vitest';
import { Backoff } from './backoff';

test('doubles from one second to thirty', () => {
  const backoff = new Backoff(() => 0);
  const delays = Array.from({ length: 7 }, () => backoff.delay(0) / 1000);
  expect(delays).toEqual([1, 2, 4, 8, 16, 30, 30]);
});

test('chance takes off a quarter at most', () => {
  expect(new Backoff(() => 0.999).delay(0)).toBeGreaterThanOrEqual(750);
});

test('starts again after a stable connection, not after a short one', () => {
  const backoff = new Backoff(() => 0);
  backoff.delay(0);
  backoff.delay(0);
  expect(backoff.delay(9_999)).toBe(4_000);
  expect(backoff.delay(10_000)).toBe(1_000);
});
