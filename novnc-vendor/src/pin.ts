/** The longest PIN that the gateway looks at, in characters. */
export const LONGEST_PIN = 64;

/** A PIN as a subprotocol, in whose name not every character may stand: the hex of its UTF-8. */
export function pinProtocol(pin: string): string {
  const bytes = [...new TextEncoder().encode(pin)];
  return `porthole.pin.${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
