/** A Chromium without a screen, told what to do over WebDriver. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a page is to be shown. */
export interface Showing {
  width: number;
  height: number;
  scheme: 'light' | 'dark';
  /** The person's language, as `de-DE`. */
  language: string;
}

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
];

export class Chromium {
  private constructor(
    private readonly driver: ChildProcess,
    private readonly session: string,
  ) {}

  static async start(): Promise<Chromium> {
    const driver = spawn('chromedriver', ['--port=0'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const root = `http://127.0.0.1:${await port(driver)}`;
    const options = { args: ARGUMENTS };
    const capabilities = { alwaysMatch: { browserName: 'chrome', 'goog:chromeOptions': options } };
    const { sessionId } = (await post(`${root}/session`, { capabilities })) as {
      sessionId: string;
    };
    return new Chromium(driver, `${root}/session/${sessionId}`);
  }

  /** Opens `url`, shown so. */
  async open(url: string, { width, height, scheme, language }: Showing) {
    await this.devtools('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1.5,
      mobile: false,
    });
    await this.devtools('Emulation.setEmulatedMedia', {
      features: [
        { name: 'prefers-color-scheme', value: scheme },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ],
    });
    await this.devtools('Emulation.setUserAgentOverride', {
      userAgent: 'looks',
      acceptLanguage: language,
    });
    await post(`${this.session}/url`, { url });
  }

  /** Evaluates an expression in the page, and awaits it. */
  async evaluate(expression: string): Promise<unknown> {
    return post(`${this.session}/execute/sync`, { script: `return ${expression}`, args: [] });
  }

  /** The page as a PNG. */
  async picture(): Promise<Buffer> {
    const { data } = (await this.devtools('Page.captureScreenshot', {})) as { data: string };
    return Buffer.from(data, 'base64');
  }

  async stop() {
    await fetch(this.session, { method: 'DELETE' });
    this.driver.kill();
  }

  private devtools(cmd: string, params: object): Promise<unknown> {
    return post(`${this.session}/goog/cdp/execute`, { cmd, params });
  }
}

async function port(driver: ChildProcess): Promise<string> {
  if (driver.stdout) {
    for await (const line of createInterface({ input: driver.stdout })) {
      const found = /started successfully on port (\d+)/.exec(line);
      if (found?.[1] !== undefined) return found[1];
    }
  }
  throw new Error('chromedriver does not start');
}

async function post(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(JSON.stringify(value));
  return value;
}
