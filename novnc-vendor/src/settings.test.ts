import { expect, test } from 'vitest';
import { DEFAULTS, loadSettings, rememberSetting } from './settings';

function storage(content?: string): Storage {
  const items = new Map(content === undefined ? [] : [['porthole.viewer', content]]);
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  } as Storage;
}

const link = (parameters: Record<string, string>) => new Map(Object.entries(parameters));

test('the defaults, with and without storage', () => {
  expect(loadSettings(link({}), storage())).toEqual(DEFAULTS);
  expect(loadSettings(link({}), undefined)).toEqual(DEFAULTS);
});

test('the link wins over what was remembered', () => {
  const kept = storage('{"scaling":"actual","quality":1,"viewOnly":true}');
  expect(loadSettings(link({ resize: 'remote', view_only: '0', compression: '9' }), kept)).toEqual({
    scaling: 'remote',
    quality: 1,
    compression: 9,
    viewOnly: false,
  });
});

test.each([
  [{ resize: 'off' }, 'actual'],
  [{ resize: 'scale' }, 'fit'],
  [{ resize: 'remote' }, 'remote'],
  [{ resize: 'nonsense' }, 'fit'],
  [{ scale: 'true' }, 'fit'],
])('%j means %s', (parameters, scaling) => {
  expect(loadSettings(link(parameters), undefined).scaling).toBe(scaling);
});

test.each([
  '',
  'null',
  '[]',
  '7',
  '{',
  '{"quality":10,"compression":"3","scaling":"x","viewOnly":1}',
])('ignores nonsense in the storage: %s', (content) => {
  expect(loadSettings(link({}), storage(content))).toEqual(DEFAULTS);
});

test('one choice is remembered beside the others', () => {
  const kept = storage('{"quality":1}');
  rememberSetting(kept, { compression: 5 });
  expect(loadSettings(link({}), kept)).toEqual({ ...DEFAULTS, quality: 1, compression: 5 });
});
