import puppeteer, { type Browser, type BrowserContext, type Page } from 'puppeteer-core';
import { inject } from 'vitest';
import { Gateway, type Visit } from './gateway';
import { ELSEWHERE } from './setup';

export interface Device {
  width: number;
  height: number;
  /** Fingers instead of a mouse. */
  touch?: boolean;
  language?: string;
  /** By another name than this machine's own: no secure context. */
  elsewhere?: boolean;
}

export const DESK: Device = { width: 1280, height: 800 };
export const PHONE: Device = { width: 360, height: 740, touch: true };

/** The one browser, connected to once for each file of tests. */
const browser = (() => {
  let connected: Promise<Browser> | undefined;
  return () =>
    (connected ??= puppeteer.connect({
      browserWSEndpoint: inject('browser'),
      defaultViewport: null,
    }));
})();

/** What noVNC says wherever there is no secure context; what it would need one for, the page does without. */
const NOVNC_WARNS = 'noVNC requires a secure context (TLS). Expect crashes!';

/** Somebody with a browser, and the gateway whose page it shows. */
export class Visitor {
  static async open(device: Device, path = '/v#token'): Promise<Visitor> {
    const gateway = await Gateway.start(inject('page'));
    const context = await (await browser()).createBrowserContext();
    const page = await context.newPage();
    const visitor = new Visitor(gateway, context, page);
    await visitor.#take(device);
    const host = device.elsewhere ? ELSEWHERE : '127.0.0.1';
    await page.goto(`http://${host}:${gateway.port}${path}`);
    return visitor;
  }

  /** What went wrong on the page: errors, and what its policy forbids. */
  readonly faults: string[] = [];

  private constructor(
    readonly gateway: Gateway,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.faults.push(String(error)));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && text !== NOVNC_WARNS) this.faults.push(text);
    });
  }

  async #take({ width, height, touch = false, language = 'en' }: Device) {
    const { page } = this;
    await page.setViewport({ width, height, hasTouch: touch, isMobile: touch });
    await this.prefers('light');
    await page.evaluateOnNewDocument((tag) => {
      Object.defineProperty(navigator, 'languages', { value: [tag] });
    }, language);
  }

  /** By day or by night; motion stands still, so that pictures and measures are of what it leads to. */
  async prefers(scheme: 'light' | 'dark'): Promise<void> {
    await this.page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: scheme },
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ]);
  }

  /** What must go wrong in a scene: it did, and is no fault. */
  expects(fault: RegExp): void {
    const others = this.faults.filter((text) => !fault.test(text));
    if (others.length === this.faults.length) throw new Error(`nothing was like ${String(fault)}`);
    this.faults.splice(0, this.faults.length, ...others);
  }

  /** Turns the device. */
  async turn(width: number, height: number): Promise<void> {
    await this.page.setViewport({ width, height, hasTouch: true, isMobile: true });
  }

  /** Waits until the page says this. */
  async reads(words: string): Promise<void> {
    await this.page.waitForFunction((w) => document.body.innerText.includes(w), {}, words);
  }

  /** Waits until it does not say this any more. */
  async readsNoMore(words: string): Promise<void> {
    await this.page.waitForFunction((w) => !document.body.innerText.includes(w), {}, words);
  }

  /** Waits for what is called so, and presses it. */
  async press(label: string): Promise<void> {
    await this.page.locator(`::-p-aria([name="${label}"][role="button"])`).click();
  }

  /** Unfolds the bar. Its handle is also called by what else stands on it. */
  async unfold(): Promise<void> {
    await this.page.locator('button.handle').click();
  }

  /** Waits until the picture is there. */
  async sees(): Promise<void> {
    await this.page.waitForSelector('canvas[role="application"]');
    await this.page.waitForFunction(() => {
      const canvas = document.querySelector('canvas');
      const pixel = canvas?.getContext('2d')?.getImageData(200, 200, 1, 1).data;
      return pixel?.[0] === 250;
    });
  }

  /** Two fingers on the picture move apart. */
  async pinch(): Promise<void> {
    const { touchscreen } = this.page;
    const one = await touchscreen.touchStart(170, 300);
    const two = await touchscreen.touchStart(190, 300);
    for (let step = 1; step <= 12; step++) {
      await one.move(170 - 10 * step, 300);
      await two.move(190 + 10 * step, 300);
    }
    await one.end();
    await two.end();
  }

  /** Waits until the page knows which locks are on: what the desktop says next comes after that. */
  async knowsLocks(visit: Visit, locks: { caps: boolean; num: boolean }): Promise<void> {
    visit.desktop.leds(locks);
    visit.desktop.resize(644, 400);
    await this.page.waitForFunction(() => document.querySelector('canvas')?.width === 644);
  }

  async leave(): Promise<void> {
    await this.context.close();
    await this.gateway.stop();
  }
}
