import { de } from './de';
import { en, type Texts } from './en';

export type { Texts };

const LANGUAGES = { en, de } as const;
export type Language = keyof typeof LANGUAGES;

/** The first of a person's languages that the page speaks; English when it speaks none of them. */
export function choose(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0] ?? '';
    if (Object.hasOwn(LANGUAGES, primary)) return primary as Language;
  }
  return 'en';
}

/** Node, where the tests run, has no navigator; the page has one always. */
const { navigator } = globalThis as { navigator?: { languages?: readonly string[] } };

/** The language of this page, and its words. */
export const language = choose(navigator?.languages ?? []);
export const texts: Texts = LANGUAGES[language];
