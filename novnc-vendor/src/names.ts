/** A name that came from elsewhere, on one line and of a length that fits into a title. */
export function presentable(name: string): string {
  // eslint-disable-next-line no-control-regex
  const line = name.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return [...line].slice(0, 120).join('');
}
