// Renders the icons from their drawings: `node scripts/icons.mjs`, with rsvg-convert (Debian: librsvg2-bin) on PATH.
// The results are committed, so that a build needs no renderer.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const icons = new URL('../src-tauri/icons/', import.meta.url);

/** [drawing, side in pixels, result] */
const renderings = [
  ['porthole.svg', 16, '16x16.png'],
  ['porthole.svg', 24, '24x24.png'],
  ['porthole.svg', 32, '32x32.png'],
  ['porthole.svg', 48, '48x48.png'],
  ['porthole.svg', 64, '64x64.png'],
  ['porthole.svg', 128, '128x128.png'],
  ['porthole.svg', 256, '256x256.png'],
  ['porthole.svg', 512, 'icon.png'],
  ['tray.svg', 64, 'tray.png'],
  ['tray-watched.svg', 64, 'tray-watched.png'],
];

for (const [drawing, side, result] of renderings) {
  const [from, to] = [drawing, result].map((name) => fileURLToPath(new URL(name, icons)));
  execFileSync('rsvg-convert', ['-w', side, '-h', side, from, '-o', to], { stdio: 'inherit' });
}
