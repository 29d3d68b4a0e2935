import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** One application under the three addresses that links name. */
const pages = ['v.html', 'vnc.html', 'vnc_lite.html'];

export default defineConfig({
  plugins: [svelte()],
  // Every URL is relative: the pages are served below any prefix, by any proxy.
  base: './',
  build: {
    // noVNC awaits at the top level of a module.
    target: 'es2022',
    rolldownOptions: { input: pages },
    // The pages forbid inline styles and scripts, and nothing but images may be a data URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
