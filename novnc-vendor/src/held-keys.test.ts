import { expect, test } from 'vitest';
import { HeldKeys } from './held-keys';

test('a key goes down with its first holder and up with its last', () => {
  const held = new HeldKeys();
  expect(held.change('ControlLeft', 'page', true)).toBe(true);
  expect(held.change('ControlLeft', 'keyboard', true)).toBe(false);
  expect(held.change('ControlLeft', 'page', false)).toBe(false);
  expect(held.change('ControlLeft', 'keyboard', false)).toBe(true);
});

test('a key repeats', () => {
  const held = new HeldKeys();
  expect(held.change('KeyA', 'keyboard', true)).toBe(true);
  expect(held.change('KeyA', 'keyboard', true)).toBe(true);
});

test('nobody lets go of what they do not hold', () => {
  const held = new HeldKeys();
  expect(held.change('ControlLeft', 'gesture', false)).toBe(false);
  held.change('ControlLeft', 'page', true);
  expect(held.change('ControlLeft', 'gesture', false)).toBe(false);
  expect(held.change('AltLeft', 'page', false)).toBe(false);
});
