import { texts } from './texts';

/** A key as RFB names it (an X11 keysym) and as the keyboard names its place (`KeyboardEvent.code`). */
export interface Key {
  keysym: number;
  code: string;
}

export const MODIFIERS = [
  { keysym: 0xffe3, code: 'ControlLeft' },
  { keysym: 0xffe9, code: 'AltLeft' },
  { keysym: 0xffe1, code: 'ShiftLeft' },
  { keysym: 0xffeb, code: 'MetaLeft' },
] as const satisfies readonly Key[];

export type Modifier = (typeof MODIFIERS)[number];

export const BACKSPACE: Key = { keysym: 0xff08, code: 'Backspace' };
export const ENTER: Key = { keysym: 0xff0d, code: 'Enter' };

/** Keys that browsers keep to themselves or small keyboards lack. */
export const PLAIN_KEYS: readonly Key[] = [
  { keysym: 0xff1b, code: 'Escape' },
  { keysym: 0xff09, code: 'Tab' },
  { keysym: 0xffff, code: 'Delete' },
  { keysym: 0xff61, code: 'PrintScreen' },
];

export const FUNCTION_KEYS: readonly Key[] = Array.from({ length: 12 }, (_, index) => ({
  keysym: 0xffbe + index,
  code: `F${index + 1}`,
}));

export const ARROWS: readonly Key[] = [
  { keysym: 0xff51, code: 'ArrowLeft' },
  { keysym: 0xff52, code: 'ArrowUp' },
  { keysym: 0xff54, code: 'ArrowDown' },
  { keysym: 0xff53, code: 'ArrowRight' },
];

/** What is written on a key. */
export function labelOf({ code }: Pick<Key, 'code'>): string {
  return new Map(Object.entries(texts.keys.names)).get(code) ?? code;
}

/**
 * The keysym of a character: Latin-1 is its own keysym, everything else is Unicode with a mark (X11 protocol,
 * appendix A). Control characters have none but the few that are keys.
 */
export function keysymOf(character: string): number | undefined {
  const point = character.codePointAt(0);
  if (point === undefined) return undefined;
  if (character === '\n' || character === '\r') return ENTER.keysym;
  if (character === '\t') return 0xff09;
  if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return undefined;
  return point <= 0xff ? point : 0x0100_0000 | point;
}
