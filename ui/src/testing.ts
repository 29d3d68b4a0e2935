/** The window on a shell that a test plays, and hands that press its buttons. */
import { emit } from '@tauri-apps/api/event';
import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { flushSync, mount, tick, unmount } from 'svelte';
import { expect, vi } from 'vitest';
import App from './App.svelte';
import type { DisplayView } from './bindings/DisplayView';
import type { Intent } from './bindings/Intent';
import type { LaunchView } from './bindings/LaunchView';
import type { Snapshot } from './bindings/Snapshot';

/** A display with a target. */
export const alice: DisplayView = {
  name: 'Alice',
  target: '127.0.0.1:5901',
  launch: null,
  state: { kind: 'reachable' },
  busy: false,
  sessions: [],
  links: [],
};

/** A shell that has nothing to show. */
export const nothing: Snapshot = {
  displays: [],
  fault: null,
  notice: null,
  address: 'http://127.0.0.1:6080',
  configFile: '/home/alice/.config/porthole/config.toml',
  version: '0.1.0',
  found: [],
  newDesktop: null,
  network: { open: false, encrypted: false, fingerprint: null },
  defaultTerms: { rights: 'control', seconds: 3600, once: false, ask: false, pin: false },
  shareFor: null,
  share: null,
  asking: [],
  history: null,
  doctor: null,
};

/** Desktops that Porthole launches, each with how it fares. */
export function launched(...launches: LaunchView[]): Snapshot {
  const names = ['Bob', 'Carol', 'Dan'];
  const displays = launches.map((launch, at) => ({
    ...alice,
    name: names[at] ?? `Desktop ${at}`,
    target: 'desktop',
    launch,
  }));
  return { ...nothing, displays };
}

/** What the window asked for since it opened. */
export let asked: Intent[] = [];

let app: Record<string, unknown>;

/** Opens the window on a shell that shows `snapshot`. */
export async function open(snapshot: Snapshot) {
  mockIPC(
    (command, payload) => {
      if (command === 'snapshot') return snapshot;
      asked.push((payload as { intent: Intent }).intent);
      return undefined;
    },
    { shouldMockEvents: true },
  );
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
  await emit('snapshot', snapshot);
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
