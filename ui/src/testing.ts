/** The window on a shell that a test plays, and hands that press its buttons. */
import { emit } from '@tauri-apps/api/event';
import { clearMocks, mockConvertFileSrc, mockIPC } from '@tauri-apps/api/mocks';
import { flushSync, mount, tick, unmount } from 'svelte';
import { expect, vi } from 'vitest';
import App from './App.svelte';
import type { Intent } from './bindings/Intent';
import type { Snapshot } from './bindings/Snapshot';

/** What the window asked for since it opened. */
export let asked: Intent[] = [];

let app: Record<string, unknown>;

/** Opens the window on a shell that shows `snapshot`, and answers these other commands so. */
export async function open(snapshot: Snapshot, answers: Record<string, unknown> = {}) {
  mockIPC(
    (command, payload) => {
      if (command === 'snapshot') return snapshot;
      if (command in answers) return answers[command];
      asked.push((payload as { intent: Intent }).intent);
      return undefined;
    },
    { shouldMockEvents: true },
  );
  mockConvertFileSrc('linux');
  app = mount(App, { target: document.body });
  await vi.waitFor(() => {
    flushSync();
    expect(document.querySelector('h1')).not.toBeNull();
  });
  asked = [];
}

/** Takes the window away. */
export async function close() {
  await unmount(app);
  clearMocks();
}

/** The shell has something new to show. */
export async function show(snapshot: Snapshot) {
  // News of a shell have nothing in common with what was there before.
  await emit('snapshot', structuredClone(snapshot));
  await tick();
}

/** The button that a screen reader calls so. */
export function button(label: string): HTMLButtonElement {
  const found = buttons().find((one) => spoken(one) === label);
  if (!found) throw new Error(`no button "${label}" among ${labels().join(', ')}`);
  return found;
}

/** What a screen reader calls the buttons in the part of the window that `selector` names. */
export function labels(selector = 'body'): string[] {
  return buttons(selector).map(spoken);
}

/** Presses a button as the keyboard does: it has the focus first. */
export async function click(label: string) {
  button(label).focus();
  button(label).click();
  await tick();
  await tick();
}

/** Chooses what is so called: a radio button or a checkbox. */
export async function choose(words: string) {
  const found = [...document.querySelectorAll('label')].find((label) =>
    label.textContent.trim().startsWith(words),
  );
  const input = found?.querySelector('input');
  if (!input) throw new Error(`nothing called "${words}" can be chosen`);
  input.click();
  await tick();
}

/** What is chosen: the words of radio buttons and checkboxes. */
export function chosen(): string[] {
  return [...document.querySelectorAll('label')]
    .filter((label) => label.querySelector<HTMLInputElement>('input')?.checked)
    .map((label) => {
      const words = label.querySelector(':scope > span')?.cloneNode(true) as Element;
      words.querySelector('.more')?.remove();
      return words.textContent.trim();
    });
}

/** What has the focus, as a screen reader calls it. */
export function focused(): string {
  return document.activeElement ? spoken(document.activeElement) : '';
}

/** All that is to be read in the window. */
export function text(): string {
  return document.body.textContent.replace(/\s+/g, ' ');
}

/** Presses a key where the focus is. */
export async function press(key: string) {
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  await tick();
}

function buttons(selector = 'body'): HTMLButtonElement[] {
  return [...document.querySelectorAll<HTMLButtonElement>(`${selector} button`)];
}

function spoken(element: Element): string {
  return element.getAttribute('aria-label') ?? element.textContent.trim();
}

/** The line to write in that has this label. */
export function field(label: string): HTMLInputElement {
  const found = [...document.querySelectorAll('label')].find(
    ({ textContent }) => textContent.trim() === label,
  )?.control;
  if (!(found instanceof HTMLInputElement)) throw new Error(`no field "${label}"`);
  return found;
}

/** Writes there, in place of what stands there. */
export async function write(label: string, words: string) {
  const input = field(label);
  input.focus();
  input.value = words;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  await tick();
}

/** Presses Enter in the line with this label. */
export async function enter(label: string) {
  field(label).form?.requestSubmit();
  await tick();
}
