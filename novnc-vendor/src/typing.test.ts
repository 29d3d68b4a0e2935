import { expect, test } from 'vitest';
import { keysymOf } from './keys';
import { editBetween } from './typing';

test.each([
  ['', '', 0, ''],
  ['ab', 'abc', 0, 'c'],
  ['abc', 'ab', 1, ''],
  ['teh', 'the', 2, 'he'], // corrected
  ['x hel', 'x hello ', 0, 'lo '], // completed
  ['a😀', 'a', 1, ''],
  ['', '😀é', 0, '😀é'],
])('%j to %j', (before, after, deleted, inserted) => {
  expect(editBetween(before, after)).toEqual({ deleted, inserted });
});

test.each([
  ['a', 0x61],
  ['é', 0xe9],
  ['€', 0x0100_20ac],
  ['😀', 0x0101_f600],
  ['\n', 0xff0d],
  ['\t', 0xff09],
  ['\u0000', undefined],
  ['\u0085', undefined],
  ['', undefined],
])('the keysym of %j', (character, keysym) => {
  expect(keysymOf(character)).toBe(keysym);
});
