import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Plan } from './link';
import type { openScreen, ScreenEvents, ScreenOptions } from './screen';
import { Session } from './session.svelte';
import { LONGEST_TEXT } from './clipboard';
import { DEFAULTS } from './settings';
import { texts } from './texts';

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
      hold: vi.fn(),
      answer: vi.fn(),
      trust: vi.fn(),
      apply: vi.fn(),
      paste: vi.fn(),
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
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('nobody')));
  screens = fakeScreens();
  session = new Session(screens.open, {} as HTMLElement, DEFAULTS, false);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
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
  const starting = () => session.phase.name === 'connecting' && session.phase.stage === 'starting';

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

test.each([1000, 4001, 4002, 4003, 4007, 4016, 4018])(
  'code %i ends it, and no picture stays',
  async (code) => {
    await follow();
    screens.last().events.connected();
    screens.last().events.closed({ ...lost, code });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(session.phase.name).toBe('ended');
    expect(session.still).toBeUndefined();
    expect(screens.opened).toHaveLength(1);
  },
);

describe('a WebSocket that never opened', () => {
  const answers = (answer: unknown) => {
    vi.stubGlobal('fetch', () =>
      answer === undefined
        ? Promise.reject(new TypeError('nobody'))
        : Promise.resolve({ ok: true, json: () => Promise.resolve(answer) }),
    );
  };
  const ending = () =>
    'ending' in session.phase ? session.phase.ending.title : session.phase.name;

  test('where nobody answers, nobody answers', async () => {
    answers(undefined);
    await follow();
    screens.last().events.closed(unanswered);
    await vi.advanceTimersByTimeAsync(1);
    expect(ending()).toBe('Cannot reach Porthole');
  });

  test('refused for its Host, it is not tried again, and the setting is named', async () => {
    answers({ refused: 'host', name: 'backend', setting: 'hosts = ["backend"]' });
    await follow();
    screens.last().events.closed(unanswered);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(screens.opened).toHaveLength(1);
    expect(session.phase).toMatchObject({ name: 'ended', ending: { retry: 'offer' } });
    expect(JSON.stringify(session.phase)).toContain('backend');
  });

  test('lost on the way, it is tried again, and the way is named', async () => {
    answers({ refused: null });
    await follow();
    screens.last().events.closed(unanswered);
    await vi.advanceTimersByTimeAsync(1);
    expect(ending()).toBe('Something is blocking the connection');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(screens.opened).toHaveLength(2);
  });

  test('an answer that comes too late is not heard', async () => {
    let tell: (answer: unknown) => void = () => undefined;
    vi.stubGlobal('fetch', () => new Promise((answered) => (tell = answered)));
    await follow();
    screens.last().events.closed(unanswered);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(screens.opened).toHaveLength(2);
    tell({ ok: true, json: () => Promise.resolve({ refused: 'host', name: 'x', setting: 'x' }) });
    await vi.advanceTimersByTimeAsync(1);
    expect(session.phase.name).toBe('connecting');
  });
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
  expect(session.phase).toMatchObject({ name: 'ended', ending: { title: 'Wrong password' } });
  session.retry();
  expect(screens.last().options.credentials).toEqual({});
});

test('held modifiers are let go with view only, and are not held on the next screen', async () => {
  const ctrl = { keysym: 0xffe3, code: 'ControlLeft' } as const;
  await follow();
  screens.last().events.connected();
  session.hands.toggle(ctrl);
  expect(screens.last().screen['hold']).toHaveBeenLastCalledWith(ctrl, true);
  session.apply({ ...DEFAULTS, viewOnly: true });
  expect(screens.last().screen['hold']).toHaveBeenLastCalledWith(ctrl, false);
  session.hands.toggle(ctrl);
  screens.last().events.closed(lost);
  expect(session.hands.held.size).toBe(0);
});

describe('a link with a PIN', () => {
  const protocols = () => screens.last().options.plan.protocols;

  beforeEach(async () => {
    await follow();
    screens.last().events.closed({ ...lost, code: 4009 });
  });

  test('asks for it, shows it, and shows it again after a loss', async () => {
    expect(session.phase).toEqual({ name: 'pin', wrong: false });
    expect(protocols()).toEqual(['binary']);
    session.enter('0471');
    await vi.advanceTimersByTimeAsync(0);
    expect(protocols()).toEqual(['binary', 'porthole.pin.30343731']);
    screens.last().events.connected();
    screens.last().events.closed(lost);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(protocols()).toEqual(['binary', 'porthole.pin.30343731']);
  });

  test('says that one was wrong, and forgets it', async () => {
    session.enter('0471');
    screens.last().events.closed({ ...lost, code: 4010 });
    expect(session.phase).toEqual({ name: 'pin', wrong: true });
    session.enter('');
    await vi.advanceTimersByTimeAsync(0);
    expect(protocols()).toEqual(['binary']);
  });

  test('does not show it at another link', async () => {
    session.enter('0471');
    await follow({ ...PLAN, urls: ['ws://desk/other'] });
    expect(protocols()).toEqual(['binary']);
  });

  test('is not asked for again by time or network', async () => {
    session.hurry();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(screens.opened).toHaveLength(1);
  });
});

describe('what the gateway tells', () => {
  const tell = (event: Parameters<ScreenEvents['told']>[0]) => screens.last().events.told(event);
  const welcome = { type: 'welcome', display: 'Alice', secondsLeft: null, once: false } as const;
  const applied = () => vi.mocked(screens.last().screen['apply'] as () => void).mock.lastCall;

  beforeEach(async () => {
    await follow();
    screens.last().events.opened();
  });

  test.each([1000, 1006, 1011, 4002, 4008])(
    'a link for one visit offers no way back after code %i',
    async (code) => {
      tell({ ...welcome, rights: 'control', once: true });
      screens.last().events.connected();
      screens.last().events.closed({ ...lost, code });
      await vi.advanceTimersByTimeAsync(60_000);
      expect(session.phase).toMatchObject({
        name: 'ended',
        ending: { retry: 'never', next: texts.usedUp },
      });
      session.retry();
      session.hurry();
      expect(screens.opened).toHaveLength(1);
    },
  );

  test('a link for one visit is not used up by a desktop that was never seen', () => {
    tell({ ...welcome, rights: 'control', once: true });
    screens.last().events.closed({ ...lost, code: 1011 });
    expect(session.phase.name).toBe('waiting');
  });

  test('who leaves by a link for one visit is told that it was one', () => {
    tell({ ...welcome, rights: 'control', once: true });
    screens.last().events.connected();
    session.leave();
    expect(session.phase).toMatchObject({ ending: { retry: 'never', next: texts.usedUp } });
  });

  test('the owner is being asked, which is no desktop that starts', async () => {
    tell({ type: 'waiting' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(session.phase).toMatchObject({ name: 'connecting', stage: 'asking' });
    tell({ ...welcome, rights: 'control' });
    expect(session.phase).toMatchObject({ name: 'connecting', stage: 'begun' });
  });

  test("the display's name goes before the desktop's own", () => {
    screens.last().events.renamed('host:1 (root)');
    expect(session.name).toBe('host:1 (root)');
    tell({ ...welcome, rights: 'control' });
    expect(session.name).toBe('Alice');
  });

  test('rights to look take the hands off at once, and rights to control give them back', () => {
    const ctrl = { keysym: 0xffe3, code: 'ControlLeft' } as const;
    tell({ ...welcome, rights: 'control' });
    screens.last().events.connected();
    session.hands.toggle(ctrl);
    expect(session.viewOnly).toBe(false);

    tell({ type: 'rights', rights: 'view' });
    expect(session.viewOnly).toBe(true);
    expect(session.hands.held.size).toBe(0);
    expect(applied()).toEqual([expect.objectContaining({ viewOnly: true }), false]);

    tell({ type: 'rights', rights: 'control' });
    expect(applied()).toEqual([expect.objectContaining({ viewOnly: false }), false]);
  });

  test("the visitor's own choice to look outlasts the owner's leave to touch", () => {
    session.apply({ ...DEFAULTS, viewOnly: true });
    tell({ ...welcome, rights: 'view' });
    tell({ type: 'rights', rights: 'control' });
    expect(applied()).toEqual([expect.objectContaining({ viewOnly: true }), false]);
  });

  test('who may only look has no clipboard, in either direction', () => {
    tell({ ...welcome, rights: 'control' });
    screens.last().events.copied('secret');
    tell({ type: 'rights', rights: 'view' });
    expect(session.hands.copied).toBe('');
    screens.last().events.copied('another');
    expect(session.hands.copied).toBe('');
    expect(session.hands.paste('mine')).toBe(false);
    expect(screens.last().screen['paste']).not.toHaveBeenCalled();
  });

  test('is not heard of an old attempt', async () => {
    screens.last().events.closed(lost);
    await vi.advanceTimersByTimeAsync(2_000);
    screens.opened[0]?.events.told({ ...welcome, rights: 'view' });
    expect(session.viewOnly).toBe(false);
  });
});

test('text of 64 KiB and more goes to the desktop, and what a server would drop does not', async () => {
  await follow();
  const text = 'ü\n'.repeat(32 * 1024);
  expect(session.hands.paste(text)).toBe(true);
  expect(screens.last().screen['paste']).toHaveBeenLastCalledWith(text);
  expect(session.hands.paste('x'.repeat(LONGEST_TEXT))).toBe(false);
  expect(screens.last().screen['paste']).toHaveBeenCalledOnce();
  expect(session.notice.text).toContain('256 KiB');
});

test('a notice is read, and goes', async () => {
  session.notice.say('one');
  await vi.advanceTimersByTimeAsync(6_000);
  session.notice.say('two');
  await vi.advanceTimersByTimeAsync(6_000);
  expect(session.notice.text).toBe('two');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(session.notice.text).toBe('');
});
