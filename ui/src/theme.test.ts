import { afterEach, expect, test } from 'vitest';
import { wear } from '../../web/theme';

const conditions = () =>
  [...document.styleSheets].flatMap(({ cssRules }) =>
    [...cssRules].map((rule) => (rule as CSSMediaRule).media.mediaText),
  );

afterEach(() => {
  wear('system');
  document.head.replaceChildren();
});

test('only what asks for the dark is answered for the system, and asks again when it is not', () => {
  const style = document.createElement('style');
  style.textContent =
    '@media (prefers-color-scheme: dark) { a { color: red } } @media (pointer: coarse) { a { color: red } }';
  document.head.append(style);
  const asked = conditions();
  for (const [theme, condition] of [
    ['dark', 'all'],
    ['light', 'not all'],
    ['dark', 'all'],
  ] as const) {
    wear(theme);
    expect(conditions()).toEqual([condition, asked[1]]);
    expect(document.documentElement.style.colorScheme).toBe(theme);
  }
  wear('system');
  expect(conditions()).toEqual(asked);
  expect(document.documentElement.style.colorScheme).toBe('');
});
