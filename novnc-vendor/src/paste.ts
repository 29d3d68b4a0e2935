/** The keys that paste in most programs: V with Ctrl or, on a Mac, Cmd, with or without Shift. */
export function isPasteKey({
  type,
  key,
  ctrlKey,
  metaKey,
  altKey,
}: Pick<KeyboardEvent, 'type' | 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): boolean {
  return type === 'keydown' && (ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'v';
}

/** A browser that pastes nothing is not waited for any longer, in ms. */
const PATIENCE = 100;

/**
 * Lets the browser paste before the desktop does. Only so a page may see the clipboard where there is no clipboard API,
 * and nobody is asked where there is one. The key goes to the desktop when its clipboard has the text.
 */
export class PasteKey {
  readonly #press: (event: KeyboardEvent) => void;
  #waiting: KeyboardEvent | undefined;
  #clock: ReturnType<typeof setTimeout> | undefined;

  constructor(press: (event: KeyboardEvent) => void) {
    this.#press = press;
  }

  /** Keeps the key until the browser has pasted. */
  hold(event: KeyboardEvent): void {
    this.release();
    event.stopPropagation(); // noVNC would forbid the browser to paste
    this.#waiting = event;
    this.#clock = setTimeout(() => this.release(), PATIENCE);
  }

  /** Lets the key go, if one was kept; to nowhere if there is nothing to be pasted. */
  release(paste = true): void {
    clearTimeout(this.#clock);
    const event = this.#waiting;
    this.#waiting = undefined;
    if (event && paste) this.#press(event);
  }
}
