import { expect, test } from 'vitest';
import { Chord } from './chord';

/** `+A` presses a key, `-A` lets it go. */
function play(...keys: string[]): boolean[] {
  const chord = new Chord();
  return keys.map((key) =>
    chord.hear({ type: key.startsWith('+') ? 'keydown' : 'keyup', code: key.slice(1) }),
  );
}

const [C, A, S] = ['ControlLeft', 'AltLeft', 'ShiftRight'];

test('counts when the last of the three is let go', () => {
  expect(play(`+${C}`, `+${A}`, `+${S}`, `-${A}`, `-${S}`, `-${C}`)).toEqual([
    false,
    false,
    false,
    false,
    false,
    true,
  ]);
});

test.each([
  ['two keys', [`+${C}`, `+${A}`, `-${A}`, `-${C}`]],
  [
    'a shortcut of the desktop',
    [`+${C}`, `+${A}`, `+${S}`, '+KeyT', '-KeyT', `-${S}`, `-${A}`, `-${C}`],
  ],
  ['typing', ['+KeyA', '-KeyA']],
])('%s is not the chord', (_, keys) => {
  expect(play(...keys)).not.toContain(true);
});

test('works again after a shortcut', () => {
  expect(
    play(
      `+${C}`,
      '+KeyC',
      '-KeyC',
      `-${C}`,
      `+${C}`,
      `+${A}`,
      `+${S}`,
      `-${S}`,
      `-${A}`,
      `-${C}`,
    ).at(-1),
  ).toBe(true);
});
