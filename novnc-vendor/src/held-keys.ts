/** Who holds a key down: the person's keyboard, a button of the page, a gesture, or a chord that the page plays. */
export type Holder = 'keyboard' | 'page' | 'gesture' | 'chord';

/** Which keys are down on the desktop, and who holds them. A key goes up when its last holder lets go of it. */
export class HeldKeys {
  /** By the key's place (`KeyboardEvent.code`). */
  readonly #holders = new Map<string, Set<Holder>>();

  /** Notes that `holder` presses a key or lets go of it; whether the desktop has to hear of that. */
  change(code: string, holder: Holder, down: boolean): boolean {
    const holders = this.#holders.get(code) ?? new Set<Holder>();
    if (down) {
      const others = holders.size > (holders.has(holder) ? 1 : 0);
      this.#holders.set(code, holders.add(holder));
      return !others; // a key that repeats is sent again
    }
    return holders.delete(holder) && holders.size === 0;
  }
}
