/** A name for a new desktop that no display has yet. */
export function freeName(taken: string[]): string {
  const first = 'Desktop';
  if (!taken.includes(first)) return first;
  let number = 2;
  while (taken.includes(`${first} ${number}`)) number += 1;
  return `${first} ${number}`;
}
