import { readEvent, type GatewayEvent } from './events';

/** How a WebSocket ended. noVNC's `disconnect` event does not tell, so the socket is ours. */
export interface Close {
  code: number;
  /** Written for people by the gateway; foreign text all the same. */
  reason: string;
  /** Whether the gateway ever accepted the connection. */
  opened: boolean;
}

export interface SocketEvents {
  /** Called once, before any listener that is added later. */
  closed(close: Close): void;
  /** The gateway said something to this page, not to noVNC. */
  told(event: GatewayEvent): void;
}

/** An address that swallows packets would leave the page waiting for minutes. */
const OPENING_TIMEOUT = 15_000;

/**
 * Opens a socket on which only the binary frames are left, for noVNC. A browser calls listeners in the order in which
 * they came, and these are the first: a text frame ends here.
 */
export function openSocket(url: string, protocols: string[], events: SocketEvents): WebSocket {
  const socket = new WebSocket(url, protocols);
  let opened = false;
  const timeout = setTimeout(() => socket.close(), OPENING_TIMEOUT);
  socket.addEventListener('open', () => {
    opened = true;
    clearTimeout(timeout);
  });
  socket.addEventListener('message', (message: MessageEvent<unknown>) => {
    if (typeof message.data !== 'string') return;
    message.stopImmediatePropagation();
    const event = readEvent(message.data);
    if (event) events.told(event);
  });
  socket.addEventListener(
    'close',
    ({ code, reason }) => {
      clearTimeout(timeout);
      events.closed({ code, reason, opened });
    },
    { once: true },
  );
  return socket;
}
