import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Plan } from './link';
import type { openScreen, ScreenEvents, ScreenOptions } from './screen';
import { Session } from './session.svelte';
import { DEFAULTS } from './settings';

/** Screens that only remember what was asked of them; the test plays the server. */
function fakeScreens() {
  const opened: {
    options: ScreenOptions;
    events: ScreenEvents;
    screen: Record<string, unknown>;
  }[] = [];
  const open = (_: HTMLElement, options: ScreenOptions, events: ScreenEvents) => {
    const screen = {
      close: vi.fn(),
      focus: vi.fn(),
      press: vi.fn(),
      answer: vi.fn(),
      trust: vi.fn(),
      apply: vi.fn(),
      still: () => PICTURE,
    };
    opened.push({ options, events, screen });
    return Promise.resolve(screen);
  };
  const last = () => {
    const screen = opened.at(-1);
    if (!screen) throw new Error('nothing was opened');
    return screen;
  };
  return { opened, last, open: open as unknown as typeof openScreen };
}

const PICTURE = {} as HTMLCanvasElement;
const PLAN: Plan = { urls: ['ws://desk/websockify'], protocols: ['binary'], shared: true };
const lost = { code: 1006, reason: '', opened: true, gaveUp: false };
const unanswered = { ...lost, opened: false };

let screens: ReturnType<typeof fakeScreens>;
let session: Session;

beforeEach(() => {
  vi.useFakeTimers();
  screens = fakeScreens();
  session = new Session(screens.open, {} as HTMLElement, DEFAULTS, false);
});
afterEach(() => {
  vi.useRealTimers();
});

/** Follows a link and lets the screen open. */
async function follow(plan: Plan = PLAN) {
  session.follow(plan);
  await vi.advanceTimersByTimeAsync(0);
}

test('connects by itself', async () => {
  await follow();
  expect(session.phase.name).toBe('connecting');
  screens.last().events.connected();
  expect(session.phase.name).toBe('connected');
});

describe('a connection that stays silent', () => {
  const starting = () => session.phase.name === 'connecting' && session.phase.starting;

  beforeEach(async () => {
    await follow();
    screens.last().events.opened();
    await vi.advanceTimersByTimeAsync(699);
  });

  test('is a desktop that starts, until its first word', async () => {
    expect(starting()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(starting()).toBe(true);
    screens.last().events.heard();
    expect(starting()).toBe(false);
  });

  test.each(['heard', 'connected'] as const)('is not one that %s in time', async (event) => {
    screens.last().events[event]();
    const phase = session.phase;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(session.phase).toEqual(phase);
  });

  test('is not one that was closed', async () => {
    screens.last().events.closed(lost);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(starting()).toBe(false);
  });
});

test('a link that leads nowhere opens nothing', () => {
  session.follow('incomplete');
  expect(session.phase).toMatchObject({ name: 'ended', ending: { retry: 'never' } });
  session.retry();
  expect(screens.opened).toHaveLength(0);
});

test('the name becomes one line of bounded length', async () => {
  await follow();
  screens.last().events.renamed(`a\n\u0007b ${'x'.repeat(500)}`);
  expect(session.name).toHaveLength(120);
  expect(session.name).toMatch(/^a b x+$/);
});

describe('after a loss', () => {
  beforeEach(async () => {
    await follow();
    screens.last().events.connected();
    screens.last().events.closed(lost);
  });

  test('keeps the last picture and comes back by itself', async () => {
    expect(session.phase.name).toBe('waiting');
    expect(session.still).toBe(PICTURE);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(screens.opened).toHaveLength(2);
    expect(session.still).toBe(PICTURE);
    screens.last().events.connected();
    expect(session.still).toBeUndefined();
  });

  test('hurries when the network is back, once', async () => {
    session.hurry();
    session.hurry();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(screens.opened).toHaveLength(2);
  });

  test('waits longer each time', async () => {
    await vi.advanceTimersByTimeAsync(1_000);
    screens.last().events.closed(unanswered);
    await vi.advanceTimersByTimeAsync(1_400);
    expect(screens.opened).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(600);
    expect(screens.opened).toHaveLength(3);
  });

  test('leaving stops the attempts and takes the picture away', async () => {
    session.leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(screens.opened).toHaveLength(1);
    expect(session.still).toBeUndefined();
  });

  test('an old screen is not heard any more', async () => {
    session.retry();
    await vi.advanceTimersByTimeAsync(0);
    screens.opened[0]?.events.connected();
    screens.opened[0]?.events.renamed('ghost');
    expect(session.phase.name).toBe('connecting');
    expect(session.name).toBe('');
  });
});

test.each([1000, 4001, 4002, 4003, 4007])('code %i ends it, and no picture stays', async (code) => {
  await follow();
  screens.last().events.connected();
  screens.last().events.closed({ ...lost, code });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(session.phase.name).toBe('ended');
  expect(session.still).toBeUndefined();
  expect(screens.opened).toHaveLength(1);
});

describe('two readings of path', () => {
  const two: Plan = { ...PLAN, urls: ['ws://desk/first', 'ws://desk/second'] };
  const tried = () => screens.opened.map(({ options }) => options.url.slice('ws://desk/'.length));

  test('the second is tried at once when the first never opened', async () => {
    await follow(two);
    screens.last().events.closed(unanswered);
    expect(tried()).toEqual(['first', 'second']);
    screens.last().events.closed(unanswered);
    expect(session.phase.name).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(tried()).toEqual(['first', 'second', 'first']);
  });

  test('the one that worked is kept', async () => {
    await follow(two);
    screens.last().events.closed(unanswered);
    await vi.advanceTimersByTimeAsync(0);
    screens.last().events.connected();
    screens.last().events.closed(lost);
    await vi.advanceTimersByTimeAsync(1_000);
    screens.last().events.closed(unanswered);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(new Set(tried().slice(1))).toEqual(new Set(['second']));
  });

  test('a gateway that answered was reached: no second reading', async () => {
    await follow(two);
    screens.last().events.closed({ ...lost, code: 4001 });
    expect(tried()).toEqual(['first']);
    expect(session.phase.name).toBe('ended');
  });
});

test('a password is asked for, remembered for a reconnection, and forgotten when refused', async () => {
  await follow();
  screens.last().events.credentialsRequired(['password']);
  expect(session.phase).toEqual({ name: 'credentials', fields: ['password'] });
  session.answer({ password: 'secret' });
  expect(screens.last().screen['answer']).toHaveBeenCalledWith({ password: 'secret' });
  screens.last().events.connected();
  screens.last().events.closed(lost);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(screens.last().options.credentials).toEqual({ password: 'secret' });

  screens.last().events.refused('Authentication failed');
  screens.last().events.closed({ ...lost, gaveUp: true });
  expect(session.phase).toMatchObject({ name: 'ended', ending: { title: 'Not let in' } });
  session.retry();
  expect(screens.last().options.credentials).toEqual({});
});

test('held modifiers are let go with view only, and are not held on the next screen', async () => {
  const ctrl = { label: 'Ctrl', keysym: 0xffe3, code: 'ControlLeft' } as const;
  await follow();
  screens.last().events.connected();
  session.toggle(ctrl);
  expect(screens.last().screen['press']).toHaveBeenLastCalledWith(ctrl, true);
  session.apply({ ...DEFAULTS, viewOnly: true });
  expect(screens.last().screen['press']).toHaveBeenLastCalledWith(ctrl, false);
  session.toggle(ctrl);
  screens.last().events.closed(lost);
  expect(session.held.size).toBe(0);
});
