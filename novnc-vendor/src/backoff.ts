const FIRST = 1_000;
const LAST = 30_000;
/** A connection that lived this long was a good one: the next loss starts from the beginning. */
const STABLE = 10_000;

/**
 * How long to wait before the next attempt, in milliseconds: 1 s, doubling to 30 s, less up to a quarter by chance, so
 * that many viewers of a gateway that restarts do not all come back at once.
 */
export class Backoff {
  #next = FIRST;
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** @param connectedFor how long the connection that was lost had lived; 0 if it never came about */
  delay(connectedFor: number): number {
    if (connectedFor >= STABLE) this.#next = FIRST;
    const delay = this.#next * (1 - this.#random() / 4);
    this.#next = Math.min(this.#next * 2, LAST);
    return delay;
  }
}
