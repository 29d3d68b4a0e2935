import { expect, test } from 'vitest';
import { choose } from '.';
import { de } from './de';
import { en } from './en';

test.each([
  [['de-AT', 'en'], 'de'],
  [['fr', 'de', 'en'], 'de'],
  [['en-GB', 'de'], 'en'],
  [['DE'], 'de'],
  [['fr', 'constructor'], 'en'],
  [[], 'en'],
])('of %j the page speaks %s', (wanted, language) => {
  expect(choose(wanted)).toBe(language);
});

/** Every text by its path, functions called with something to say. */
function flatten(texts: object, path = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const here = `${path}.${key}`;
    if (typeof value === 'string') return [[here, value]];
    if (typeof value === 'function') {
      const call = value as (...parameters: unknown[]) => string;
      return [[here, call(...Array<number>(call.length).fill(2))]];
    }
    return flatten(value as object, here);
  });
}

test('German says everything that English says, and in other words', () => {
  const german = new Map(flatten(de));
  const same = ['Control', 'PIN', 'Tab', 'Esc', 'Alt', 'Super', '1:1', 'Link', 'Desktop: 2'];
  for (const [path, english] of flatten(en)) {
    const translated = german.get(path);
    expect(translated === '', `${path} is empty in one of them`).toBe(english === '');
    if (english !== '' && !same.includes(english)) expect(translated, path).not.toBe(english);
  }
});

test('what is left is said in minutes, hours and days', () => {
  expect(en.time.left({ days: 0, hours: 0, minutes: 52 })).toBe('52 min left');
  expect(en.time.left({ days: 0, hours: 1, minutes: 5 })).toBe('1 h 05 min left');
  expect(en.time.left({ days: 7, hours: 0, minutes: 0 })).toBe('7 days left');
  expect(de.time.left({ days: 0, hours: 1, minutes: 5 })).toBe('noch 1 Std. 05 Min.');
});

test('whose owner', () => {
  expect(en.progress.asking('Alice')).toBe('Alice’s owner is being asked…');
  expect(en.progress.asking('James')).toBe('James’ owner is being asked…');
});
