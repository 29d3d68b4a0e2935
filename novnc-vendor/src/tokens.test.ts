import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('../../web/tokens.css', import.meta.url), 'utf8');
const [light = '', rest = ''] = css.split('@media (prefers-color-scheme: dark)');
const dark = rest.split('@media')[0] ?? '';

/** The colours that one scheme declares, by name, without the `--color-` in front. */
function colours(block: string): Map<string, string> {
  return new Map(
    [...block.matchAll(/--color-([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1] ?? '', m[2] ?? '']),
  );
}

/** Relative luminance as WCAG 2 defines it. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const surfaces = ['canvas', 'surface', 'raised', 'hover'];
const pairs: [front: string, back: string, least: number][] = [
  ...surfaces.flatMap((back) =>
    ['text', 'muted', 'accent', 'ok', 'warn', 'danger'].map((front): [string, string, number] => [
      front,
      back,
      4.5,
    ]),
  ),
  ...surfaces.map((back): [string, string, number] => ['outline', back, 3]),
  ...surfaces.map((back): [string, string, number] => ['focus', back, 3]),
  ...['text', 'muted', 'accent', 'danger'].map((front): [string, string, number] => [
    front,
    'warn-soft',
    4.5,
  ]),
  ...['warn', 'danger'].map((state): [string, string, number] => [state, `${state}-soft`, 4.5]),
  ...['accent', 'accent-hover', 'accent-pressed'].map((back): [string, string, number] => [
    'on-accent',
    back,
    4.5,
  ]),
  ['on-accent-soft', 'accent-soft', 4.5],
  ['text', 'pressed', 4.5],
];

test.each([
  ['light', light],
  ['dark', dark],
])('the %s colours can be told apart', (_, block) => {
  const colour = colours(block);
  const tooClose = pairs
    .map(([front, back, least]) => ({
      pair: `${front} on ${back}`,
      ratio: contrast(colour.get(front) ?? '#000000', colour.get(back) ?? '#000000'),
      least,
    }))
    .filter(({ ratio, least }) => ratio < least);
  expect(tooClose).toEqual([]);
});

test('dark says every colour again', () => {
  expect([...colours(dark).keys()].sort()).toEqual([...colours(light).keys()].sort());
});
