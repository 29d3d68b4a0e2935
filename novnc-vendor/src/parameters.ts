/** The parameters of a link, as noVNC's own page reads them. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * Reads the query and the fragment of a page's address. The fragment wins over the query, and of two equal names the
 * last one wins. A plus sign is a plus sign, not a space: `path` carries a query of its own in which it matters.
 */
export function readParameters(page: URL): Parameters {
  const found = new Map<string, string>();
  for (const part of [page.search.slice(1), page.hash.slice(1)]) {
    for (const pair of part.split('&')) {
      const equals = pair.indexOf('=');
      if (equals > 0) found.set(decode(pair.slice(0, equals)), decode(pair.slice(equals + 1)));
    }
  }
  return found;
}

/** Like noVNC's check boxes: whatever does not say no, says yes. */
export function readFlag(parameters: Parameters, name: string): boolean | undefined {
  const value = parameters.get(name);
  return value === undefined ? undefined : !['0', 'no', 'false'].includes(value.toLowerCase());
}

/** A whole number from 0 to 9, or nothing. */
export function readLevel(parameters: Parameters, name: string): number | undefined {
  const value = parameters.get(name);
  return value !== undefined && /^[0-9]$/.test(value) ? Number(value) : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % stands for itself
  }
}
