/** The part of noVNC 1.7 that the viewer uses; noVNC brings no types of its own. */
declare module '@novnc/novnc' {
  export interface Credentials {
    username?: string;
    password?: string;
    target?: string;
  }

  export interface Options {
    shared?: boolean;
    credentials?: Credentials;
    repeaterID?: string;
  }

  interface Details {
    connect: Record<string, never>;
    disconnect: { clean: boolean };
    credentialsrequired: { types: (keyof Credentials)[] };
    securityfailure: { status: number; reason?: string };
    serververification: { type: string; publickey: Uint8Array };
    clipboard: { text: string };
    clippingviewport: boolean;
    desktopname: { name: string };
  }

  export default class RFB {
    constructor(target: HTMLElement, socket: WebSocket, options?: Options);

    viewOnly: boolean;
    focusOnClick: boolean;
    clipViewport: boolean;
    dragViewport: boolean;
    scaleViewport: boolean;
    resizeSession: boolean;
    showDotCursor: boolean;
    qualityLevel: number;
    compressionLevel: number;
    background: string;

    addEventListener<K extends keyof Details>(
      type: K,
      listener: (event: CustomEvent<Details[K]>) => void,
    ): void;
    approveServer(): void;
    sendCredentials(credentials: Credentials): void;
    sendKey(keysym: number, code: string, down?: boolean): void;
    sendCtrlAltDel(): void;
    clipboardPasteFrom(text: string): void;
    focus(options?: FocusOptions): void;
    disconnect(): void;

    /**
     * noVNC's own, for keys of its keyboard and its gestures. A lock is `null` where nobody knows its state; gestures
     * leave both out.
     */
    _handleKeyEvent(
      keysym: number,
      code: string,
      down: boolean,
      numLock?: boolean | null,
      capsLock?: boolean | null,
    ): void;
  }
}
