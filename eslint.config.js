// One set of lint rules for the viewer, the window and the scripts.
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';

/** The front ends: TypeScript with types known to the rules. */
const typed = ['novnc-vendor/**/*.{ts,svelte}', 'ui/**/*.{ts,svelte}', 'web/**/*.ts'];

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '**/node_modules/',
    '**/target/',
    'src-tauri/gen/',
    'ui/src/bindings/',
  ]),
  js.configs.recommended,
  {
    files: typed,
    extends: [ts.configs.strictTypeChecked, svelte.configs.recommended],
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        projectService: true,
        extraFileExtensions: ['.svelte'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Foreign text is text, never markup.
      'svelte/no-at-html-tags': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Text is taken apart into code points, which is what keysyms are made of.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // Numbers in messages are fine; anything else in a template must say how it is written.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    // One module touches Tauri's API, so that the window also runs on a shell that is played.
    files: ['ui/src/**'],
    ignores: ['ui/src/shell.ts', 'ui/src/**/*.test.ts', 'ui/src/testing.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['@tauri-apps/*'] }] },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    // The rules see a component from outside as `any`; svelte-check sees its types.
    files: ['**/*.svelte'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Runs in Node: scripts, tests, configuration.
    files: ['*.js', 'scripts/**', 'tests/**', '.ci/**', '**/vite.config.ts', '**/svelte.config.js'],
    languageOptions: { globals: globals.node },
  },
  prettier,
  svelte.configs.prettier,
);
