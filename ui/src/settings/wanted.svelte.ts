import type { Terms } from '../bindings/Terms';

/** What could not be set does not come back with a later change after this, in ms. */
const PATIENCE_MS = 2000;

/**
 * What new links are to give once all is written that was asked for: a second choice that comes before the answer to the
 * first must not take it back.
 */
export class Wanted {
  readonly #known: () => Terms;
  #asked: Partial<Terms> = {};
  #clock: ReturnType<typeof setTimeout> | undefined;

  /**
   * For a component, when it is made.
   *
   * @param known gives the terms that hold
   */
  constructor(known: () => Terms) {
    this.#known = known;
    $effect.pre(() => () => {
      clearTimeout(this.#clock);
    });
  }

  /** The terms with this change, and with those that are under way. */
  with(change: Partial<Terms>): Terms {
    this.#asked = { ...this.#asked, ...change };
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => {
      this.#asked = {};
    }, PATIENCE_MS);
    return { ...this.#known(), ...this.#asked };
  }
}
