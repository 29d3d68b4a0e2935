import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the one browser of all tests listens. */
    browser: string;
    /** The page as it is built from these sources. */
    page: string;
  }
}

/** A name that leads to this machine and is no secure context by plain http. */
export const ELSEWHERE = 'desk.test';

/** Builds the page and starts a browser, once for all tests. */
export default async function setup(project: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-page-'));
  const page = join(folder, 'dist');
  await build({ build: { outDir: page, emptyOutDir: true }, logLevel: 'warn' });
  const browser = await puppeteer.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    userDataDir: join(folder, 'profile'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-proxy-server',
      `--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`,
    ],
  });
  project.provide('browser', browser.wsEndpoint());
  project.provide('page', page);
  return async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  };
}
