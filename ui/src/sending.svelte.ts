import type { Intent } from './bindings/Intent';
import { dispatch } from './shell';

/** An answer that is the same as the last cannot be seen; a person may try again after this, in ms. */
const PATIENCE_MS = 2000;

/** What a form sends goes once, and not again until there is an answer: two Enters are one. */
export class Sending {
  #sent = false;
  #clock: ReturnType<typeof setTimeout> | undefined;

  /**
   * For a component, when it is made.
   *
   * @param answer gives what changes with an answer
   */
  constructor(answer: () => unknown) {
    const answered = $derived(JSON.stringify(answer()));
    let last = '';
    $effect.pre(() => {
      if (answered !== last) this.#allow();
      last = answered;
      return () => {
        clearTimeout(this.#clock);
      };
    });
  }

  /** Whether it went. */
  send(intent: Intent): boolean {
    if (this.#sent) return false;
    this.#sent = true;
    this.#clock = setTimeout(() => {
      this.#allow();
    }, PATIENCE_MS);
    dispatch(intent);
    return true;
  }

  #allow() {
    clearTimeout(this.#clock);
    this.#sent = false;
  }
}
