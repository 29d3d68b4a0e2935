/**
 * The modifiers whose state every event of keys and pointer tells in all browsers. AltGr and the Windows key are not
 * among them.
 */
const FAMILIES = [
  { flag: 'ctrlKey', key: 'Control', codes: ['ControlLeft', 'ControlRight'] },
  { flag: 'shiftKey', key: 'Shift', codes: ['ShiftLeft', 'ShiftRight'] },
  { flag: 'altKey', key: 'Alt', codes: ['AltLeft'] },
] as const;

/**
 * Keeps noVNC's modifiers as the person's keyboard has them. noVNC hears of a key only while the picture has the
 * keyboard: one that goes up elsewhere on the page would stay down on the desktop, and one that is down before would be
 * missing there. What is amiss is told to the picture by events of its own.
 */
export class Modifiers {
  readonly #canvas: HTMLElement;
  /** The keys that noVNC has heard go down. */
  readonly #down = new Set<string>();

  /** Follows the keyboard until `signal` says that the picture is gone. */
  constructor(canvas: HTMLElement, signal: AbortSignal) {
    this.#canvas = canvas;
    const options = { capture: true, signal };
    // At the window, since a key that waits for the clipboard goes no further.
    for (const type of ['keydown', 'keyup', 'mousedown'] as const)
      window.addEventListener(type, (event) => this.#follow(event), options);
    window.addEventListener('blur', () => this.#down.clear(), options);
    canvas.addEventListener('blur', () => this.releaseAll(), options);
  }

  /** Lets go of all keys, as when the window loses the keyboard: noVNC listens to that. */
  releaseAll(): void {
    window.dispatchEvent(new Event('blur'));
  }

  #follow(event: KeyboardEvent | MouseEvent): void {
    if (!event.isTrusted || event.target !== this.#canvas) return;
    const code = 'code' in event ? event.code : '';
    for (const family of FAMILIES) {
      const codes: readonly string[] = family.codes;
      if (codes.includes(code)) continue; // the event itself says it
      const down = codes.filter((each) => this.#down.has(each));
      if (!event[family.flag])
        for (const each of down) this.#tell('keyup', family.key, each, event);
      else if (down.length === 0 && isPlain(event))
        this.#tell('keydown', family.key, family.codes[0], event);
    }
    if (event.type === 'keydown') this.#down.add(code);
    if (event.type === 'keyup') this.#down.delete(code);
  }

  #tell(type: 'keydown' | 'keyup', key: string, code: string, event: KeyboardEvent | MouseEvent) {
    const { ctrlKey, shiftKey, altKey, metaKey } = event;
    const locks = {
      modifierCapsLock: event.getModifierState('CapsLock'),
      modifierNumLock: event.getModifierState('NumLock'),
    };
    const modifiers = { ctrlKey, shiftKey, altKey, metaKey, ...locks };
    const location = KeyboardEvent.DOM_KEY_LOCATION_LEFT;
    this.#canvas.dispatchEvent(new KeyboardEvent(type, { key, code, location, ...modifiers }));
    if (type === 'keydown') this.#down.add(code);
    else this.#down.delete(code);
  }
}

/** Whether Ctrl and Alt are what they say: where AltGr is down, Windows says both. */
function isPlain(event: KeyboardEvent | MouseEvent): boolean {
  return event.type !== 'keyup' && !event.getModifierState('AltGraph');
}
