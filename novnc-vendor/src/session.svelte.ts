import { Backoff } from './backoff';
import {
  endingOf,
  endingOfLink,
  endingOfRefusal,
  endingOfRefused,
  LEFT,
  PAGE_OUT_OF_DATE,
  pinWanted,
  withoutReturn,
  type Ending,
} from './endings';
import type { GatewayEvent } from './events';
import { Hands } from './hands.svelte';
import type { LinkFault, Plan } from './link';
import { presentable } from './names';
import { Notice } from './notice.svelte';
import { pinProtocol } from './pin';
import { whyRefused } from './refusal';
import type { Credentials, openScreen, Screen, ScreenEvents } from './screen';
import type { Settings } from './settings';
import { Terms } from './terms.svelte';
import { texts } from './texts';

/** On the way to a desktop. */
export interface Connecting {
  name: 'connecting';
  /** The end that is being mended. */
  after: Ending | undefined;
  stage: Stage;
}

/** How far: under way, the gateway asks the owner, or it is there and the desktop is still starting. */
export type Stage = 'begun' | 'asking' | 'starting';

/** What the page shows. */
export type Phase =
  | Connecting
  | { name: 'pin'; wrong: boolean }
  | { name: 'credentials'; fields: (keyof Credentials)[] }
  | { name: 'trust'; publicKey: Uint8Array }
  | { name: 'connected' }
  | { name: 'waiting'; ending: Ending; until: number }
  | { name: 'ended'; ending: Ending };

/** A desktop that runs already says its first word sooner, in ms. */
const FIRST_WORD = 700;

/** An on-screen keyboard that goes away covers the page a little longer, in ms. */
const KEYBOARD_FOLDS = 600;

/**
 * One link, from its first attempt to its last: connects, connects again after a loss, and says at every moment what
 * there is to see. At most one screen is open at a time, and only that one is listened to.
 */
export class Session {
  phase = $state.raw<Phase>(connecting());
  readonly notice = new Notice();
  readonly hands = new Hands({
    screen: () => this.#screen,
    mayTouch: () => !this.viewOnly,
    say: (text) => this.notice.say(text),
  });
  readonly terms = new Terms((text) => this.notice.say(text));
  /** What the desktop is called; foreign text. */
  readonly name = $derived.by(() => this.terms.display || this.#ownName);
  /** Nothing is sent to the desktop, be it that it may not or that it shall not. */
  readonly viewOnly = $derived.by(() => this.terms.rights === 'view' || this.settings.viewOnly);
  /** The keyboard is in a field of the page's own, for fingers. */
  typing = $state(false);
  clipped = $state(false);
  dragging = $state(false);
  /** The last picture, while there is no newer one. */
  still = $state.raw<HTMLCanvasElement>();

  readonly #open: typeof openScreen;
  readonly #mount: HTMLElement;
  readonly #backoff = new Backoff();
  readonly #showDot: boolean;
  settings = $state.raw() as Settings;
  #ownName = $state('');
  #pin = '';
  #plan: Plan | undefined;
  #credentials: Credentials = {};
  #trusted = '';
  /** Which of the plan's addresses is being tried. */
  #reading = 0;
  #screen: Screen | undefined;
  /** Counts the attempts, so that news from an earlier one are told apart. */
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #folding: ReturnType<typeof setTimeout> | undefined;
  /** Runs while the first word is awaited. */
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(open: typeof openScreen, mount: HTMLElement, settings: Settings, showDot: boolean) {
    this.#open = open;
    this.#mount = mount;
    this.settings = settings;
    this.#showDot = showDot;
  }

  /** Follows a link, and lets go of the one before. */
  follow(link: Plan | LinkFault): void {
    this.#drop();
    this.terms.forget();
    this.notice.clear();
    this.#ownName = '';
    this.#pin = '';
    this.hands.copied = '';
    this.#trusted = '';
    if (typeof link === 'string') {
      this.#plan = undefined;
      this.#end(endingOfLink(link));
      return;
    }
    this.#plan = link;
    this.#credentials = link.password === undefined ? {} : { password: link.password };
    this.#reading = 0;
    this.#connect();
  }

  /** Tries now instead of later, or again after an end. */
  retry(): void {
    if (this.phase.name === 'waiting') this.#connect(this.phase.ending);
    else if (this.phase.name === 'ended' && this.phase.ending.retry !== 'never') this.#connect();
  }

  /** The network is back, or somebody looks at the page again. */
  hurry(): void {
    if (this.phase.name === 'waiting') this.retry();
  }

  leave(): void {
    this.#end(this.#final(LEFT, this.phase.name === 'connected'));
  }

  /** Shows a PIN at the door. */
  enter(pin: string): void {
    this.#pin = pin;
    this.#connect();
  }

  answer(credentials: Credentials): void {
    this.#credentials = { ...this.#credentials, ...credentials };
    this.phase = connecting();
    this.#screen?.answer(this.#credentials);
  }

  trust(publicKey: Uint8Array): void {
    this.#trusted = publicKey.join();
    this.phase = connecting();
    this.#screen?.trust();
  }

  apply(settings: Settings): void {
    this.settings = settings;
    this.#apply();
  }

  /** Why the desktop does not answer to the hand that was just laid on it. */
  explainViewOnly(): void {
    const { lookOnly, choseToLook } = texts.rights;
    this.notice.say(this.terms.rights === 'view' ? lookOnly : choseToLook);
  }

  drag(dragging: boolean): void {
    this.dragging = dragging;
    if (this.#screen) this.#screen.dragging = dragging;
  }

  /** While the page's own field has the keyboard, touching the desktop leaves it there. */
  keepKeyboard(keep: boolean): void {
    this.typing = keep;
    clearTimeout(this.#folding);
    if (keep) this.#apply();
    else this.#folding = setTimeout(() => this.#apply(), KEYBOARD_FOLDS);
  }

  label(name: string, way: string): void {
    this.#screen?.label(name, way);
  }

  focus(): void {
    if (this.phase.name === 'connected') this.#screen?.focus();
  }

  #connect(after?: Ending): void {
    this.#drop(true);
    const url = this.#plan?.urls[this.#reading];
    if (!this.#plan || url === undefined) return;
    const attempt = this.#attempt;
    const { protocols } = this.#plan;
    const shown = this.#pin === '' ? protocols : [...protocols, pinProtocol(this.#pin)];
    this.phase = connecting(after);
    this.#open(
      this.#mount,
      {
        url,
        plan: { ...this.#plan, protocols: shown },
        credentials: this.#credentials,
        settings: this.#effective(),
        showDot: this.#showDot,
      },
      this.#listen(attempt),
    ).then(
      (screen) => {
        if (attempt === this.#attempt) this.#screen = screen;
        else screen.close();
      },
      () => {
        if (attempt === this.#attempt) this.#end(PAGE_OUT_OF_DATE);
      },
    );
  }

  /** The events of one attempt; those that come too late are not heard. */
  #listen(attempt: number): ScreenEvents {
    let connectedAt: number | undefined;
    let passwordAsked = this.#credentials.password !== undefined;
    let refusal: Ending | undefined;
    const current =
      <Args extends unknown[]>(hear: (...args: Args) => void) =>
      (...args: Args) => {
        if (attempt === this.#attempt) hear(...args);
      };

    return {
      opened: current(() => {
        this.#silence = setTimeout(() => this.#stage('starting'), FIRST_WORD);
      }),
      told: current((event) => this.#hear(event)),
      heard: current(() => this.#stage('begun')),
      connected: current(() => {
        connectedAt = performance.now();
        this.#keepReading();
        this.still = undefined;
        clearTimeout(this.#silence);
        this.phase = { name: 'connected' };
        if (this.#screen) this.#screen.dragging = this.dragging;
        this.focus();
      }),
      credentialsRequired: current((fields) => {
        passwordAsked = true;
        this.phase = { name: 'credentials', fields };
      }),
      refused: current((reason) => {
        this.#credentials = {};
        refusal = endingOfRefusal(reason, passwordAsked);
      }),
      verify: current((publicKey) => {
        if (publicKey.join() === this.#trusted) this.#screen?.trust();
        else this.phase = { name: 'trust', publicKey };
      }),
      renamed: current((name) => {
        this.#ownName = presentable(name);
      }),
      copied: current((text) => this.hands.take(text)),
      clipped: current((clipped) => {
        this.clipped = clipped;
        if (!clipped) this.drag(false);
      }),
      closed: current((close) => {
        const connected = connectedAt !== undefined;
        if (!close.opened && this.#tryOtherReading()) return;
        const pin = pinWanted(close.code);
        if (pin) {
          this.#askForPin(pin.wrong);
          return;
        }
        const ending = this.#final(refusal ?? endingOf({ ...close, connected }), connected);
        if (ending.retry !== 'auto') {
          this.#end(ending);
          return;
        }
        const still = this.#screen?.still() ?? this.still;
        const since = connectedAt ?? performance.now();
        this.#wait(ending, performance.now() - since, still);
        if (!close.opened) void this.#askWhy();
      }),
    };
  }

  #hear(event: GatewayEvent): void {
    switch (event.type) {
      case 'waiting':
        this.#stage('asking');
        return;
      case 'welcome':
        this.#stage('begun');
        this.terms.welcome(event);
        break;
      case 'rights':
        this.terms.change(event.rights);
        break;
    }
    if (this.terms.rights === 'view') this.hands.copied = '';
    this.#apply();
  }

  #stage(stage: Stage): void {
    clearTimeout(this.#silence);
    if (this.phase.name === 'connecting') this.phase = { ...this.phase, stage };
  }

  #effective(): Settings {
    return { ...this.settings, viewOnly: this.viewOnly };
  }

  #apply(): void {
    if (this.viewOnly) this.hands.releaseAll();
    if (!this.#screen) return;
    this.#screen.apply(this.#effective(), this.typing);
    this.#screen.focusOnTouch = !this.typing;
  }

  /** A wrong one is not shown again. */
  #askForPin(wrong: boolean): void {
    this.#drop();
    this.#pin = '';
    this.phase = { name: 'pin', wrong };
  }

  /** This address works: there is no other from now on. */
  #keepReading(): void {
    const url = this.#plan?.urls[this.#reading];
    if (this.#plan && url !== undefined) this.#plan = { ...this.#plan, urls: [url] };
    this.#reading = 0;
  }

  /** One reading of `path` led nowhere: the other one may. */
  #tryOtherReading(): boolean {
    this.#reading++;
    if (this.#plan?.urls[this.#reading] === undefined) {
      this.#reading = 0;
      return false;
    }
    this.#connect(this.phase.name === 'connecting' ? this.phase.after : undefined);
    return true;
  }

  /** What the browser does not tell, the gateway does. An answer that comes after the next attempt began is too late. */
  async #askWhy(): Promise<void> {
    const attempt = this.#attempt;
    const refusal = await whyRefused(this.#plan?.urls ?? []);
    if (!refusal || attempt !== this.#attempt || this.phase.name !== 'waiting') return;
    const ending = endingOfRefused(refusal);
    if (ending.retry === 'auto') this.phase = { ...this.phase, ending };
    else this.#end(ending);
  }

  #wait(ending: Ending, connectedFor: number, still: HTMLCanvasElement | undefined): void {
    const delay = this.#backoff.delay(connectedFor);
    this.#drop(true);
    this.still = still;
    this.phase = { name: 'waiting', ending, until: performance.now() + delay };
    this.#retry = setTimeout(() => this.retry(), delay);
  }

  /** A link for one visit is used up once the desktop was seen. */
  #final(ending: Ending, connected: boolean): Ending {
    return this.terms.once && connected ? withoutReturn(ending) : ending;
  }

  /** No picture stays behind: whoever may not look any more must not. */
  #end(ending: Ending): void {
    this.#drop();
    this.phase = { name: 'ended', ending };
  }

  #drop(keepStill = false): void {
    this.#attempt++;
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.hands.held.clear();
    this.clipped = false;
    this.#screen?.close();
    this.#screen = undefined;
    if (!keepStill) this.still = undefined;
  }
}

function connecting(after?: Ending): Connecting {
  return { name: 'connecting', after, stage: 'begun' };
}
