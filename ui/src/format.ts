/** How numbers and times are written in the window. */

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Bytes to three digits at most, by thousands: 999 B, 1.2 kB, 35 MB. */
export function bytes(count: number): string {
  let unit = 0;
  let value = count;
  // Not 1000: what is written as "1000" belongs to the next unit.
  while (Math.round(value) >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit] ?? ''}`;
}

/** A moment as seen from `now`: the time alone if it is of the same day, else with its date. */
export function since(moment: Date, now: Date, locale: string): string {
  return moment.toDateString() === now.toDateString()
    ? moment.toLocaleTimeString(locale, { timeStyle: 'short' })
    : moment.toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A moment to come as seen from `now`: "in 52 minutes", "in 7 days". */
export function until(moment: Date, now: Date, locale: string): string {
  const { count, unit } = inUnits(Math.max(0, moment.getTime() - now.getTime()) / 1000);
  return new Intl.RelativeTimeFormat(locale, { numeric: 'always' }).format(count, unit);
}

/** A length of time to come, such as a link's: "1 hour", "7 days". */
export function duration(seconds: number, locale: string): string {
  const { count, unit } = inUnits(seconds);
  return length(count, unit, locale);
}

/** How long something took: "4 seconds", "12 minutes". */
export function took(seconds: number, locale: string): string {
  if (seconds >= MINUTE) return duration(Math.round(seconds / MINUTE) * MINUTE, locale);
  return length(Math.round(seconds), 'second', locale);
}

function length(count: number, unit: string, locale: string): string {
  const style = { style: 'unit', unit, unitDisplay: 'long' } as const;
  return new Intl.NumberFormat(locale, style).format(count);
}

/** In the largest unit that is exact enough; a minute that has begun counts. */
function inUnits(seconds: number) {
  const fits = (unit: number, least: number) =>
    seconds >= least * unit || (seconds >= unit && seconds % unit === 0);
  if (fits(DAY, 2)) return { count: Math.round(seconds / DAY), unit: 'day' } as const;
  if (fits(HOUR, 2)) return { count: Math.round(seconds / HOUR), unit: 'hour' } as const;
  return { count: Math.ceil(seconds / MINUTE), unit: 'minute' } as const;
}
