/** Something that looks like a QR code, and leads nowhere. */
import type { QrView } from '../src/bindings/QrView';

const QUIET = 4;
const EYE = 7;

/** A pattern of `side` modules; another for each `seed`. */
export function qr(side: number, seed: number): QrView {
  const squares: string[] = [];
  let noise = seed;
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      noise = (noise * 1103515245 + 12345) % 2 ** 31;
      const dark = eye(x, y, side) ?? noise / 2 ** 31 < 0.5;
      if (dark) squares.push(`M${x + QUIET} ${y + QUIET}h1v1h-1z`);
    }
  }
  return { size: side + 2 * QUIET, path: squares.join('') };
}

/** Whether a module of one of the three eyes is dark; `undefined` elsewhere. */
function eye(x: number, y: number, side: number): boolean | undefined {
  const [left, top] = [x < side / 2 ? 0 : side - EYE, y < side / 2 ? 0 : side - EYE];
  if (left > 0 && top > 0) return undefined;
  const ring = Math.max(Math.abs(x - left - 3), Math.abs(y - top - 3));
  return ring > 4 ? undefined : ring !== 2 && ring !== 4;
}
