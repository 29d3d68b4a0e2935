import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import type { Plugin } from 'vite';

/** The page has one more name for each kind of link; it reads its own address. */
function alsoAs(...names: string[]): Plugin {
  return {
    name: 'also-as',
    enforce: 'post',
    generateBundle(_, bundle) {
      const page = bundle['v.html'];
      if (page?.type !== 'asset') this.error('the page v.html was not built');
      for (const fileName of names) this.emitFile({ type: 'asset', fileName, source: page.source });
    },
  };
}

/** Adds the licence of what a package brings along in its own folders, where Vite does not look for one. */
function alsoLicensed(name: string, license: string, file: URL): Plugin {
  return {
    name: 'also-licensed',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const licenses = bundle[LICENSES];
        if (licenses?.type !== 'asset') this.error(`${LICENSES} was not written`);
        const text = readFileSync(file, 'utf8');
        licenses.source = `${String(licenses.source)}\n## ${name} (${license})\n\n${text}`;
      },
    },
  };
}

const LICENSES = 'licenses.md';

/** noVNC's folder in the package; nothing else of it can be resolved by name. */
const novnc = pathToFileURL(createRequire(import.meta.url).resolve('@novnc/novnc'));

export default defineConfig({
  plugins: [
    svelte(),
    alsoAs('vnc.html', 'vnc_lite.html'),
    alsoLicensed('pako, in @novnc/novnc', 'MIT', new URL('../vendor/pako/LICENSE', novnc)),
  ],
  // Every URL is relative: the pages are served below any prefix, by any proxy.
  base: './',
  build: {
    // noVNC awaits at the top level of a module.
    target: 'es2022',
    rolldownOptions: { input: 'v.html' },
    // The pages' security policy knows no inline styles or scripts; every part is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // noVNC and what it brings along ask that their licences travel with them.
    license: { fileName: LICENSES },
  },
  test: {
    projects: [
      { extends: true, test: { name: 'decisions', include: ['src/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'page',
          include: ['tests/*.test.ts'],
          globalSetup: 'tests/setup.ts',
          // A browser on a busy machine; what is there sooner is not waited for.
          testTimeout: 30_000,
          hookTimeout: 30_000,
          expect: { poll: { timeout: 10_000 } },
        },
      },
    ],
  },
});
