/** Why a WebSocket never opened although the gateway lives. */
export type Refusal =
  /** Its Host or Origin is not one of the gateway's; `setting` would make it one. */
  | { kind: 'host' | 'origin'; name: string; setting: string }
  /** It was lost on the way, most likely in a reverse proxy. */
  | { kind: 'blocked' };

/** Asks at most so long, in ms. */
const DEADLINE = 5_000;

/**
 * A browser keeps from a page why its WebSocket was refused, so the page asks the gateway: at the WebSocket's own address,
 * since that leads through the same proxies, and by POST, since that carries the page's origin.
 *
 * @returns nothing if no gateway answers at any of the addresses
 */
export async function whyRefused(socketUrls: readonly string[]): Promise<Refusal | undefined> {
  for (const url of socketUrls) {
    const refusal = await ask(url.replace(/^ws/, 'http'));
    if (refusal) return refusal;
  }
  return undefined;
}

async function ask(url: string): Promise<Refusal | undefined> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'X-Porthole-Why': '1' },
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(DEADLINE),
    });
    return answer.ok ? readRefusal(await answer.json()) : undefined;
  } catch {
    return undefined; // nobody there, or somebody else
  }
}

export function readRefusal(answer: unknown): Refusal | undefined {
  if (typeof answer !== 'object' || answer === null || !('refused' in answer)) return undefined;
  const { refused, name, setting } = answer as Record<string, unknown>;
  if (refused !== 'host' && refused !== 'origin') return { kind: 'blocked' };
  return {
    kind: refused,
    name: typeof name === 'string' ? name : '',
    setting: typeof setting === 'string' ? setting : '',
  };
}
