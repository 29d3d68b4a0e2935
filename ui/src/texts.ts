/** What the window says, in the person's language. */
import { de } from './texts/de';
import { en, type Texts } from './texts/en';

const languages: Record<string, Texts> = { de, en };

/** The texts for the first of the `wanted` languages that there is, and its whole tag (`de-CH`) for dates and numbers. */
export function choose(wanted: readonly string[]): { texts: Texts; locale: string } {
  for (const locale of wanted) {
    const texts = languages[locale.split('-')[0]?.toLowerCase() ?? ''];
    if (texts) return { texts, locale };
  }
  return { texts: en, locale: 'en' };
}

/** What the shell says that the person speaks: its tray and its notifications speak that, too. */
const told = new URLSearchParams(location.search).getAll('language');

export const { texts, locale } = choose([...told, ...navigator.languages]);
