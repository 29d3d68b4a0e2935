/** What is left of a time, rounded up to whole minutes: nobody is told that there are 0 minutes left. */
export interface Left {
  /** Whole days, from the second on; then the hours and minutes besides do not matter any more. */
  days: number;
  hours: number;
  minutes: number;
}

/** @param ms what is left, in milliseconds */
export function leftOf(ms: number): Left {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  const hours = Math.floor(minutes / 60);
  const days = Math.round(hours / 24);
  return days < 2 ? { days: 0, hours, minutes: minutes % 60 } : { days, hours: 0, minutes: 0 };
}
