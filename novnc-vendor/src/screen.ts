import type RFB from '@novnc/novnc';
import type { Credentials } from '@novnc/novnc';
import type { GatewayEvent } from './events';
import type { Key } from './keys';
import type { Plan } from './link';
import { Modifiers } from './modifiers';
import { readReason } from './reason';
import { steady, type SteadyRfb } from './rfb';
import type { Settings } from './settings';
import { openSocket, type Close } from './socket';

export type { Credentials };

/** What a screen tells while it lives. After `closed` it says nothing more. */
export interface ScreenEvents {
  /** The gateway accepted the connection; what the desktop says is still to come. */
  opened(): void;
  /** The gateway says something about this visit. */
  told(event: GatewayEvent): void;
  /** The first bytes came. */
  heard(): void;
  connected(): void;
  closed(close: Close & { gaveUp: boolean }): void;
  /** The server wants to know who is there. */
  credentialsRequired(fields: (keyof Credentials)[]): void;
  /** The server said no; `closed` follows. */
  refused(reason: string | undefined): void;
  /** The server shows its public key and asks to be trusted. */
  verify(publicKey: Uint8Array): void;
  renamed(name: string): void;
  copied(text: string): void;
  /** Only a part of the desktop fits into the page. */
  clipped(clipped: boolean): void;
}

export interface ScreenOptions {
  url: string;
  plan: Plan;
  credentials: Credentials;
  settings: Settings;
  showDot: boolean;
}

/**
 * Loading starts with the page and is awaited with the first connection. noVNC asks the browser about its video
 * decoders before it is ready; the page is drawn meanwhile.
 */
const novnc = import('@novnc/novnc');
novnc.catch(() => undefined); // told to whoever opens a screen

/** Opens a connection and shows it in `mount`. Fails only if noVNC itself cannot be loaded. */
export async function openScreen(
  mount: HTMLElement,
  options: ScreenOptions,
  events: ScreenEvents,
): Promise<Screen> {
  const { default: Rfb } = await novnc;
  return new Screen(Rfb, mount, options, events);
}

/** One connection to one desktop, on the page: all that the viewer knows of noVNC. */
export class Screen {
  readonly #rfb: SteadyRfb;
  readonly #mount: HTMLElement;
  readonly #modifiers: Modifiers | undefined;
  readonly #gone = new AbortController();
  #finished = false;

  constructor(
    Rfb: typeof RFB,
    mount: HTMLElement,
    { url, plan, credentials, settings, showDot }: ScreenOptions,
    events: ScreenEvents,
  ) {
    let ended = false;
    const end = (close: Close & { gaveUp: boolean }) => {
      if (ended) return;
      ended = true;
      events.closed(close);
    };
    let opened = false;
    // Ours hears the close before noVNC does, while the last picture is still on the page.
    const socket = openSocket(url, plan.protocols, {
      closed: (close) => end({ ...close, gaveUp: false }),
      told: (event) => events.told(event),
    });
    socket.addEventListener('open', () => {
      opened = true;
      events.opened();
    });
    socket.addEventListener('message', () => events.heard(), { once: true });

    this.#mount = mount;
    const rfb = new (steady(Rfb))(mount, socket, {
      shared: plan.shared,
      credentials,
      ...(plan.repeaterId !== undefined && { repeaterID: plan.repeaterId }),
    });
    this.#rfb = rfb;
    const canvas = this.#canvas();
    if (canvas) this.#modifiers = new Modifiers(canvas, this.#gone.signal);
    rfb.background = 'transparent';
    rfb.showDotCursor = showDot;
    this.apply(settings);

    rfb.addEventListener('connect', () => events.connected());
    rfb.addEventListener('disconnect', () => {
      this.#finished = true;
      this.#gone.abort();
      end({ code: 1006, reason: '', opened, gaveUp: true });
    });
    rfb.addEventListener('credentialsrequired', ({ detail }) =>
      events.credentialsRequired(detail.types),
    );
    rfb.addEventListener('securityfailure', ({ detail: { reason } }) =>
      events.refused(reason === undefined ? undefined : readReason(reason)),
    );
    rfb.addEventListener('serververification', ({ detail }) => events.verify(detail.publickey));
    rfb.addEventListener('desktopname', ({ detail }) => events.renamed(detail.name));
    rfb.addEventListener('clipboard', ({ detail }) => events.copied(detail.text));
    rfb.addEventListener('clippingviewport', ({ detail }) => events.clipped(detail));
  }

  /** @param typing an on-screen keyboard takes away part of the page: no reason to make the desktop smaller */
  apply({ scaling, quality, compression, viewOnly }: Settings, typing = false): void {
    const rfb = this.#rfb;
    // noVNC forgets what is held when it may send nothing any more.
    if (viewOnly && !rfb.viewOnly) this.#modifiers?.releaseAll();
    rfb.viewOnly = viewOnly;
    rfb.scaleViewport = scaling === 'fit' || (scaling === 'remote' && (typing || viewOnly));
    rfb.resizeSession = scaling === 'remote' && !typing;
    // Scroll bars need a mouse; fingers drag the picture instead.
    rfb.clipViewport = scaling !== 'fit' && matchMedia('(pointer: coarse)').matches;
    rfb.qualityLevel = quality;
    rfb.compressionLevel = compression;
  }

  /** Whether dragging moves the part of the desktop that is seen, instead of the pointer. */
  set dragging(dragging: boolean) {
    this.#rfb.dragViewport = dragging;
  }

  /** Says to a screen reader what the picture is and how to leave it. */
  label(name: string, way: string): void {
    const canvas = this.#canvas();
    canvas?.setAttribute('role', 'application');
    canvas?.setAttribute('aria-label', name);
    canvas?.setAttribute('aria-description', way);
  }

  /** A copy of the picture as it is now. */
  still(): HTMLCanvasElement | undefined {
    const canvas = this.#canvas();
    if (!canvas || canvas.width === 0 || canvas.height === 0) return undefined;
    const still = document.createElement('canvas');
    still.width = canvas.width;
    still.height = canvas.height;
    still.style.width = canvas.style.width;
    still.style.height = canvas.style.height;
    still.getContext('2d')?.drawImage(canvas, 0, 0);
    return still;
  }

  /** Presses a key and lets it go. */
  press({ keysym, code }: Pick<Key, 'keysym' | 'code'>): void {
    this.#rfb.sendKey(keysym, code);
  }

  /** Holds a key down, or lets it go. */
  hold(key: Pick<Key, 'keysym' | 'code'>, down: boolean): void {
    this.#rfb.hold(key, down);
  }

  ctrlAltDel(): void {
    this.#rfb.pressCtrlAltDel();
  }

  /** Puts text on the desktop's clipboard. */
  paste(text: string): void {
    this.#rfb.clipboardPasteFrom(text);
  }

  answer(credentials: Credentials): void {
    this.#rfb.sendCredentials(credentials);
  }

  trust(): void {
    this.#rfb.approveServer();
  }

  focus(): void {
    this.#rfb.focus({ preventScroll: true });
  }

  /** Whether a touch takes the keyboard away from whatever has it. */
  set focusOnTouch(focus: boolean) {
    this.#rfb.focusOnClick = focus;
  }

  close(): void {
    this.#gone.abort();
    if (!this.#finished) this.#rfb.disconnect();
  }

  #canvas(): HTMLCanvasElement | null {
    return this.#mount.querySelector('canvas');
  }
}
