import { expect, test } from 'vitest';
import { choose } from './texts';
import { de } from './texts/de';
import { en } from './texts/en';

test.each([
  [['de'], de, 'de'],
  [['de-CH', 'en'], de, 'de-CH'],
  [['fr', 'en-GB', 'de'], en, 'en-GB'],
  [['DE-at'], de, 'DE-at'],
  [['fr'], en, 'en'],
  [[], en, 'en'],
] as const)('who prefers %o is spoken to accordingly', (wanted, texts, locale) => {
  expect(choose(wanted)).toEqual({ texts, locale });
});

test('no text is empty, in no language', () => {
  const words = (value: unknown): unknown[] =>
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(words) : [value];
  for (const texts of [en, de]) expect(words(texts)).not.toContain('');
});
