/** How long a notice is to be read, in ms. */
const READING = 7_000;

/** A sentence that comes, is read, and goes. A later one takes its place. */
export class Notice {
  text = $state('');
  #clock: ReturnType<typeof setTimeout> | undefined;

  say(text: string): void {
    clearTimeout(this.#clock);
    this.text = text;
    this.#clock = setTimeout(() => this.clear(), READING);
  }

  clear(): void {
    clearTimeout(this.#clock);
    this.text = '';
  }
}
