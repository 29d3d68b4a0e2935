/**
 * The window in a browser, on a shell that is played: `index.html?NAME` shows one of the looks, `index.html` lists them.
 * What is asked of the shell stands in the console.
 */
import { mockIPC } from '@tauri-apps/api/mocks';
import axe from 'axe-core';
import { flushSync, mount, tick } from 'svelte';
import App from '../src/App.svelte';
import '../../web/tokens.css';
import '../src/base.css';
import { locale } from '../src/texts';
import { looks } from './looks';

const look = looks[decodeURIComponent(location.search.slice(1))];
if (!look) list();

document.documentElement.lang = locale;
mockIPC(
  (command, payload) => {
    if (command === 'dispatch') console.info('intent', payload);
    return command === 'snapshot' ? look?.snapshot : undefined;
  },
  { shouldMockEvents: true },
);
// Every picture is the same here.
Object.assign(Reflect.get(globalThis, '__TAURI_INTERNALS__') as object, {
  convertFileSrc: () => new URL('screen.svg', import.meta.url).href,
});
if (look) mount(App, { target: document.body });

/** Every look, as a link to it. */
function list() {
  for (const name of Object.keys(looks)) {
    const link = document.createElement('a');
    link.href = `?${encodeURIComponent(name)}`;
    link.textContent = name;
    document.body.append(link, document.createElement('br'));
  }
}

async function open() {
  if (!look) return;
  while (!document.querySelector('h1')) {
    await new Promise(requestAnimationFrame);
    flushSync();
  }
  for (const selector of look.clicks ?? []) {
    const element = document.querySelector<HTMLElement>(selector);
    element?.scrollIntoView({ block: 'nearest' });
    element?.click();
    await tick();
  }
  const input = [...document.querySelectorAll<HTMLInputElement>('input:not([hidden])')].at(-1);
  if (look.writes !== undefined && input) {
    input.value = look.writes;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await tick();
  }
}
const opened = open();

/** What stands in the way of people who see, hear or move differently, as lines; none is good. */
async function faults(): Promise<string[]> {
  await opened;
  const { violations } = await axe.run(document);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`,
    ),
  );
}

/** What does not fit: into the window or its dialog from side to side, or beside its neighbours. */
function cut(): string[] {
  const frame = document.querySelector('dialog') ?? document.body;
  const { left, right } = frame.getBoundingClientRect();
  const inside = [...frame.querySelectorAll<HTMLElement>('button, label, p, h2, li, svg')];
  return inside
    .filter((element) => {
      const box = element.getBoundingClientRect();
      const squeezed = element.matches('button') && box.width < box.height;
      return box.left < left || box.right > right || squeezed;
    })
    .map((element) => element.getAttribute('aria-label') ?? element.textContent)
    .concat(crowded(frame));
}

/** What lies on something else, or is squeezed until nothing of it is left to be read. */
function crowded(frame: HTMLElement): string[] {
  const dialog = frame.matches('dialog');
  const parts = [...frame.querySelectorAll(dialog ? '.frame > .actions' : '.page > *')];
  const end = dialog ? frame.getBoundingClientRect().bottom : Infinity;
  const tops = [...parts.slice(1).map((part) => part.getBoundingClientRect().top), end];
  const over = parts.filter(
    (part, at) => part.getBoundingClientRect().bottom > (tops[at] ?? end) + 1,
  );
  const asking = [...frame.querySelectorAll('.interrupts')];
  const squeezed = asking.filter((part) => part.clientHeight < Math.min(part.scrollHeight, 64));
  return [...over, ...squeezed].map(({ className }) => className);
}

Object.assign(globalThis, { faults, cut });
