import type RFB from '@novnc/novnc';
import { HeldKeys, type Holder } from './held-keys';
import { MODIFIERS, type Key } from './keys';

/** noVNC's connection, with keys that several hands can hold and locks that no gesture changes. */
export interface SteadyRfb extends RFB {
  /** Holds a key down for the page, or lets it go. */
  hold(key: KeyPlace, down: boolean): void;
  /** Presses Ctrl, Alt and Del, and lets go of those that nobody else holds. */
  pressCtrlAltDel(): void;
}

type KeyPlace = Pick<Key, 'keysym' | 'code'>;
type Lock = 'NumLock' | 'CapsLock';

const DELETE = { keysym: 0xffff, code: 'Delete' };

/**
 * noVNC sends a lock key whenever the state it is told differs from the desktop's, and takes "not told" for "off"
 * (1.7, `_handleKeyEvent`). A pinch tells nothing: it would switch both locks on.
 */
export function steady(
  Rfb: typeof RFB,
): new (...args: ConstructorParameters<typeof RFB>) => SteadyRfb {
  return class extends Rfb implements SteadyRfb {
    readonly #held = new HeldKeys();

    override _handleKeyEvent(
      keysym: number,
      code: string,
      down: boolean,
      numLock?: boolean | null,
      capsLock?: boolean | null,
    ): void {
      const holder = numLock === undefined ? 'gesture' : 'keyboard';
      if (!this.#held.change(code, holder, down)) return;
      const locks = [known('NumLock', numLock), known('CapsLock', capsLock)] as const;
      super._handleKeyEvent(keysym, code, down, ...locks);
    }

    hold(key: KeyPlace, down: boolean): void {
      this.#change(key, 'page', down);
    }

    pressCtrlAltDel(): void {
      const [ctrl, alt] = MODIFIERS;
      this.#change(ctrl, 'chord', true);
      this.#change(alt, 'chord', true);
      this.sendKey(DELETE.keysym, DELETE.code);
      this.#change(alt, 'chord', false);
      this.#change(ctrl, 'chord', false);
    }

    #change({ keysym, code }: KeyPlace, holder: Holder, down: boolean): void {
      if (this.#held.change(code, holder, down)) this.sendKey(keysym, code, down);
    }
  };
}

/** The state of a lock, or `null` where the browser cannot tell: WebKit says that Num Lock is off, whatever it is. */
function known(lock: Lock, state: boolean | null | undefined): boolean | null {
  const probe = new KeyboardEvent('keydown', { [`modifier${lock}`]: true });
  return probe.getModifierState(lock) ? (state ?? null) : null;
}
