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

export default defineConfig({
  plugins: [svelte(), alsoAs('vnc.html', 'vnc_lite.html')],
  // Every URL is relative: the pages are served below any prefix, by any proxy.
  base: './',
  build: {
    // noVNC awaits at the top level of a module.
    target: 'es2022',
    rolldownOptions: { input: 'v.html' },
    // The pages' security policy knows no inline styles or scripts; every part is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // noVNC and pako ask that their licences travel with them.
    license: { fileName: 'licenses.md' },
  },
});
