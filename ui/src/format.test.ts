import { expect, test } from 'vitest';
import { bytes, duration, since, took, until } from './format';

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

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [0, '0 minutes'],
  [20, '1 minute'],
  [52 * MINUTE, '52 minutes'],
  [HOUR, '1 hour'],
  [HOUR + 1, '61 minutes'],
  [8 * HOUR, '8 hours'],
  [DAY, '1 day'],
  [DAY + HOUR, '25 hours'],
  [7 * DAY, '7 days'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds, 'en')).toBe(text);
});

test.each([
  [0, '0 seconds'],
  [0.4, '0 seconds'],
  [1, '1 second'],
  [4, '4 seconds'],
  [59, '59 seconds'],
  [MINUTE, '1 minute'],
  [89, '1 minute'],
  [90, '2 minutes'],
  [12 * MINUTE + 20, '12 minutes'],
  [HOUR, '1 hour'],
  [3 * HOUR + 5 * MINUTE, '3 hours'],
  [2 * DAY, '2 days'],
])('a visit of %d seconds took %s', (seconds, text) => {
  expect(took(seconds, 'en')).toBe(text);
});

test('a visit of no length is told in German, too', () => {
  expect(took(4, 'de')).toBe('4 Sekunden');
});

test('how long it is until a moment, and the past is now', () => {
  const now = new Date(2026, 10, 22, 15, 0);
  expect(until(new Date(2026, 10, 22, 15, 52), now, 'en')).toBe('in 52 minutes');
  expect(until(new Date(2026, 10, 29, 15, 0), now, 'de')).toBe('in 7 Tagen');
  expect(until(new Date(2026, 10, 22, 14, 0), now, 'en')).toBe('in 0 minutes');
});
