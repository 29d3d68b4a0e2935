import { leftOf } from './clock';
import type { GatewayEvent, Rights } from './events';
import { presentable } from './names';
import { texts } from './texts';

/** The visitor is told once when no more than this is left, in ms. */
const LAST_MINUTES = 5 * 60_000;

/** Browsers fire longer timers at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * On what terms the visitor is here, as the gateway tells and enforces them. Where it tells nothing, there is nothing
 * to hold back: no end, and full rights, which the VNC server may narrow.
 */
export class Terms {
  /** The display's name; foreign text. */
  display = $state('');
  /** Nothing until the gateway has told. */
  rights = $state<Rights>();
  /** When the link ends, on the clock of `performance.now()`. */
  endsAt = $state<number>();

  /** The link opens this visit, and no other. */
  once = false;

  readonly #say: (text: string) => void;
  #welcomed = false;
  #warned = false;
  #clock: ReturnType<typeof setTimeout> | undefined;

  /** @param say tells the visitor what has changed */
  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  welcome({
    display,
    rights,
    secondsLeft,
    once,
  }: Extract<GatewayEvent, { type: 'welcome' }>): void {
    this.display = presentable(display);
    if (this.#welcomed) this.change(rights);
    else if (rights === 'view') this.#say(texts.rights.lookOnly);
    this.#welcomed = true;
    this.rights = rights;
    this.once = once;
    this.#endIn(secondsLeft);
  }

  change(rights: Rights): void {
    if (rights === this.rights) return;
    this.rights = rights;
    this.#say(rights === 'control' ? texts.rights.canControl : texts.rights.canOnlyLook);
  }

  /** Another link has other terms. */
  forget(): void {
    this.display = '';
    this.rights = undefined;
    this.once = false;
    this.#welcomed = false;
    this.#warned = false;
    this.#endIn(null);
  }

  #endIn(seconds: number | null): void {
    clearTimeout(this.#clock);
    this.endsAt = seconds === null ? undefined : performance.now() + seconds * 1_000;
    if (seconds === null || this.#warned) return;
    const quiet = Math.max(0, seconds * 1_000 - LAST_MINUTES);
    if (quiet <= LONGEST_TIMER) this.#clock = setTimeout(() => this.#warn(), quiet);
  }

  #warn(): void {
    if (this.endsAt === undefined) return;
    this.#warned = true;
    this.#say(texts.time.endsSoon(leftOf(this.endsAt - performance.now()).minutes));
  }
}
