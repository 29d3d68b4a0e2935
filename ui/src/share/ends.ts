/** How long a link may work, as it is offered. */
import { duration } from '../format';
import { locale, texts } from '../texts';

const HOUR = 60 * 60;
const DAY = 24 * HOUR;
const offered = [HOUR, 8 * HOUR, DAY, 7 * DAY];

/** What is offered, in seconds and words; the `presets` of the config are among it. */
export function ends(presets: (number | null)[]): { value: number | null; words: string }[] {
  const lengths = [...new Set([...offered, ...presets.filter((preset) => preset !== null)])];
  const words = (seconds: number) => duration(seconds, locale);
  return [
    ...lengths.sort((a, b) => a - b).map((value) => ({ value, words: words(value) })),
    { value: null, words: texts.share.endsNever },
  ];
}
