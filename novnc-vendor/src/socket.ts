/** How a WebSocket ended. noVNC's `disconnect` event does not tell, so the socket is ours. */
export interface Close {
  code: number;
  /** Written for people by the gateway; foreign text all the same. */
  reason: string;
  /** Whether the gateway ever accepted the connection. */
  opened: boolean;
}

/** An address that swallows packets would leave the page waiting for minutes. */
const OPENING_TIMEOUT = 15_000;

/** Opens a socket. `closed` is called once, before any listener that is added later. */
export function openSocket(
  url: string,
  protocols: string[],
  closed: (close: Close) => void,
): WebSocket {
  const socket = new WebSocket(url, protocols);
  let opened = false;
  const timeout = setTimeout(() => socket.close(), OPENING_TIMEOUT);
  socket.addEventListener('open', () => {
    opened = true;
    clearTimeout(timeout);
  });
  socket.addEventListener(
    'close',
    ({ code, reason }) => {
      clearTimeout(timeout);
      closed({ code, reason, opened });
    },
    { once: true },
  );
  return socket;
}
