const FAMILIES = ['Control', 'Alt', 'Shift'];

type KeyLike = Pick<KeyboardEvent, 'type' | 'code'>;

/**
 * The way out of the desktop's keyboard: Ctrl, Alt and Shift pressed together and let go, with nothing else between.
 * No program on the desktop waits for that. It counts at the release of the last key, so that the desktop has seen
 * every one of them go up and none stays stuck there.
 */
export class Chord {
  readonly #down = new Set<string>();
  #complete = false;
  #spoilt = false;

  /** Feed every keydown and keyup; true when the chord has just been played. */
  hear({ type, code }: KeyLike): boolean {
    const family = FAMILIES.find((name) => code.startsWith(name));
    if (family === undefined) {
      this.#spoilt = this.#down.size > 0;
      return false;
    }
    if (type === 'keydown') {
      this.#down.add(family);
      this.#complete ||= this.#down.size === FAMILIES.length;
      return false;
    }
    this.#down.delete(family);
    if (this.#down.size > 0) return false;
    const played = this.#complete && !this.#spoilt;
    this.forget();
    return played;
  }

  /** The window lost the keyboard: releases will not be heard. */
  forget(): void {
    this.#down.clear();
    this.#complete = false;
    this.#spoilt = false;
  }
}
