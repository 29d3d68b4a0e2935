/** How numbers and times are written in the window. */

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

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
export function since(moment: Date, now: Date, locale?: string): string {
  return moment.toDateString() === now.toDateString()
    ? moment.toLocaleTimeString(locale, { timeStyle: 'short' })
    : moment.toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
}

/** "1 display", "2 displays". */
export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
