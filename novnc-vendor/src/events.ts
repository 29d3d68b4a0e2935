/** What a visitor may do, as the gateway enforces it. */
export type Rights = 'control' | 'view';

/** What the gateway tells this page in text frames, between those of RFB; for the latter see `socket.ts`. */
export type GatewayEvent =
  /** The owner is being asked whether to let the visitor in. */
  | { type: 'waiting' }
  /** Let in. `secondsLeft` is the time until the link ends, null if it does not; `once`: it opens no second visit. */
  | {
      type: 'welcome';
      display: string;
      rights: Rights;
      secondsLeft: number | null;
      once: boolean;
    }
  /** The owner changed what the visitor may do. */
  | { type: 'rights'; rights: Rights };

/** The subprotocol by which a page says that it hears events. */
export const EVENTS_PROTOCOL = 'porthole.events';

/** Reads a text frame. Nothing for what this page does not understand: a newer gateway may know more events. */
export function readEvent(frame: string): GatewayEvent | undefined {
  const found = parse(frame);
  const { display, rights, secondsLeft, once } = found;
  switch (found['type']) {
    case 'waiting':
      return { type: 'waiting' };
    case 'welcome':
      if (typeof display !== 'string' || !isRights(rights)) return undefined;
      return {
        type: 'welcome',
        display,
        rights,
        secondsLeft: readSeconds(secondsLeft),
        once: once === true,
      };
    case 'rights':
      return isRights(rights) ? { type: 'rights', rights } : undefined;
    default:
      return undefined;
  }
}

function parse(frame: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(frame);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isRights(value: unknown): value is Rights {
  return value === 'control' || value === 'view';
}

function readSeconds(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 ? value : null;
}
