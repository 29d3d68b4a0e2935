import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // The window's content policy takes scripts, styles and images from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What is contained asks that its licences travel with it.
    license: { fileName: 'licenses.md' },
  },
  test: { environment: 'happy-dom' },
  // Tests run in Node, where Svelte would be resolved to its server half.
  ...(mode === 'test' && { resolve: { conditions: ['browser'] } }),
}));
