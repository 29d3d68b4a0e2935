import type { VisitView } from './bindings/VisitView';

/** Visits of one day. */
export interface Day {
  /** A moment of it. */
  date: Date;
  visits: VisitView[];
}

/** Visits day by day, in the order in which they come. */
export function byDay(visits: VisitView[]): Day[] {
  const days: Day[] = [];
  for (const visit of visits) {
    const date = new Date(visit.began);
    const last = days.at(-1);
    if (last?.date.toDateString() === date.toDateString()) last.visits.push(visit);
    else days.push({ date, visits: [visit] });
  }
  return days;
}
