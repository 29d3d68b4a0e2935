import { expect, test } from 'vitest';
import { bytes, count, since } from './format';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1234, '1.2 kB'],
  [9_949, '9.9 kB'],
  [9_950, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [35_000_000, '35 MB'],
  [2_000_000_000_000_000, '2000 TB'],
])('%d bytes are written %s', (number, text) => {
  expect(bytes(number)).toBe(text);
});

test('a moment of today needs no date', () => {
  const now = new Date(2026, 10, 22, 15, 0);
  expect(since(new Date(2026, 10, 22, 9, 5), now, 'en-GB')).toBe('09:05');
  expect(since(new Date(2026, 10, 21, 9, 5), now, 'en-GB')).toBe('21 Nov 2026, 09:05');
});

test('one is not many', () => {
  expect(count(1, 'viewer', 'viewers')).toBe('1 viewer');
  expect(count(0, 'viewer', 'viewers')).toBe('0 viewers');
});
