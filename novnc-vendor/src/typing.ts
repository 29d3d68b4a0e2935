/** What happened to a text field between two looks at it. */
export interface Edit {
  /** So many characters were taken off the end … */
  deleted: number;
  /** … and these put there instead. */
  inserted: string;
}

/**
 * On-screen keyboards send no usable key events: they complete, correct and swipe. What they did to a text field is
 * the only truth, so it is compared with what stood there before.
 */
export function editBetween(before: string, after: string): Edit {
  const [old, now] = [[...before], [...after]];
  let same = 0;
  while (same < old.length && same < now.length && old[same] === now[same]) same++;
  return { deleted: old.length - same, inserted: now.slice(same).join('') };
}
