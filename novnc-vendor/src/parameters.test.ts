import { describe, expect, test } from 'vitest';
import { readFlag, readLevel, readParameters } from './parameters';

const read = (tail: string) => readParameters(new URL(`http://host/vnc.html${tail}`));

describe('readParameters', () => {
  test.each([
    [
      '?resize=remote&path=websockify?token=abc',
      { resize: 'remote', path: 'websockify?token=abc' },
    ],
    ['?path=websockify?token=a%26b', { path: 'websockify?token=a&b' }],
    ['#path=x&resize=off', { path: 'x', resize: 'off' }],
    ['?resize=remote#resize=scale', { resize: 'scale' }],
    ['?quality=1&quality=2', { quality: '2' }],
    ['?password=a+b', { password: 'a+b' }],
    ['?password=100%', { password: '100%' }],
    ['?view_only', {}],
    ['', {}],
  ])('%s', (tail, expected) => {
    expect(Object.fromEntries(read(tail))).toEqual(expected);
  });
});

test('a flag is on unless it says no', () => {
  const parameters = read('?a=0&b=no&c=FALSE&d=1&e=');
  expect(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => readFlag(parameters, name))).toEqual([
    false,
    false,
    false,
    true,
    true,
    undefined,
  ]);
});

test('a level is one digit', () => {
  const parameters = read('?a=0&b=9&c=10&d=-1&e=x');
  expect(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => readLevel(parameters, name))).toEqual([
    0,
    9,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
