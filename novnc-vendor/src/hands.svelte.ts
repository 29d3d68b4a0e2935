import { SvelteSet } from 'svelte/reactivity';
import { LONGEST_TEXT, lengthOf, writeClipboard } from './clipboard';
import type { Key, Modifier } from './keys';
import type { Screen } from './screen';
import { texts } from './texts';

interface Reach {
  /** What they reach; nothing while there is no connection. */
  screen(): Screen | undefined;
  /** Whether they may touch it. */
  mayTouch(): boolean;
  /** Tells the visitor why something did not work. */
  say(text: string): void;
}

/** The visitor's hands on the desktop: keys that are pressed and held, and a clipboard that is shared. */
export class Hands {
  readonly held = new SvelteSet<Modifier>();
  /** What is on the desktop's clipboard, as far as is known; foreign text. */
  copied = $state('');

  readonly #reach: Reach;

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  press(key: Pick<Key, 'keysym' | 'code'>): void {
    this.#reach.screen()?.press(key);
  }

  ctrlAltDel(): void {
    this.#reach.screen()?.ctrlAltDel();
  }

  /** Holds a modifier down on the desktop, or lets it go. */
  toggle(modifier: Modifier): void {
    const down = !this.held.has(modifier);
    this.#reach.screen()?.hold(modifier, down);
    if (down) this.held.add(modifier);
    else this.held.delete(modifier);
  }

  releaseAll(): void {
    for (const modifier of this.held) this.#reach.screen()?.hold(modifier, false);
    this.held.clear();
  }

  /** Puts text on the desktop's clipboard; false if it does not go there. */
  paste(text: string): boolean {
    if (!this.#reach.mayTouch()) return false;
    if (lengthOf(text) > LONGEST_TEXT) {
      this.#reach.say(texts.clipboard.tooLong(LONGEST_TEXT / 1024));
      return false;
    }
    this.copied = text;
    this.#reach.screen()?.paste(text);
    return true;
  }

  /** Takes what was copied on the desktop, for this device as well where its browser allows that. */
  take(text: string): void {
    if (!this.#reach.mayTouch()) return;
    this.copied = text;
    void writeClipboard(text);
  }
}
