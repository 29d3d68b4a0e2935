const CONTROLS = /\p{Cc}/gu;

/**
 * A VNC server's reason for refusing. noVNC gives one character for each byte; in them are UTF-8, or, from older servers,
 * Latin-1, and QEMU ends with NUL.
 */
export function readReason(bytes: string): string {
  return decode(bytes).replaceAll(CONTROLS, ' ').trim();
}

function decode(bytes: string): string {
  try {
    const utf8 = new TextDecoder('utf-8', { fatal: true });
    return utf8.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return bytes;
  }
}
