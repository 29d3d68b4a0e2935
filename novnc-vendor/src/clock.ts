/** What is left of a time, rounded up to whole minutes: nobody is told that there are 0 minutes left. */
export interface Left {
  hours: number;
  minutes: number;
}

/** @param ms what is left, in milliseconds */
export function leftOf(ms: number): Left {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}
