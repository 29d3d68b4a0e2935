import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Terms } from './terms.svelte';
import { texts } from './texts';

const MINUTE = 60_000;
const welcome = {
  type: 'welcome',
  display: 'Alice',
  rights: 'control',
  secondsLeft: null,
  once: false,
} as const;

let said: string[];
let terms: Terms;

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  terms = new Terms((text) => said.push(text));
});
afterEach(() => {
  vi.useRealTimers();
});

test('where nothing is told, nothing is claimed', () => {
  expect(terms.rights).toBeUndefined();
  expect(terms.endsAt).toBeUndefined();
});

test('full rights without an end need no words', () => {
  terms.welcome(welcome);
  vi.advanceTimersByTime(1_000 * MINUTE);
  expect(terms.display).toBe('Alice');
  expect(said).toEqual([]);
});

test('foreign names are on one line and of bounded length', () => {
  terms.welcome({ ...welcome, display: `a\n\u0007b ${'x'.repeat(500)}` });
  expect(terms.display).toMatch(/^a b x{116}$/);
});

describe('rights', () => {
  test('to look only are told, also to begin with', () => {
    terms.welcome({ ...welcome, rights: 'view' });
    expect(said).toEqual([texts.rights.lookOnly]);
  });

  test('are told when they change, and only then', () => {
    terms.welcome(welcome);
    terms.change('control');
    terms.change('view');
    terms.change('control');
    expect(said).toEqual([texts.rights.canOnlyLook, texts.rights.canControl]);
  });

  test('that changed while the connection was lost are told as well', () => {
    terms.welcome(welcome);
    terms.welcome({ ...welcome, rights: 'view' });
    expect(said).toEqual([texts.rights.canOnlyLook]);
  });

  test('are forgotten with the link', () => {
    terms.welcome({ ...welcome, rights: 'view', secondsLeft: 600 });
    terms.forget();
    vi.advanceTimersByTime(60 * MINUTE);
    expect(terms.rights).toBeUndefined();
    expect(terms.endsAt).toBeUndefined();
    expect(said).toHaveLength(1);
  });
});

describe('the last minutes', () => {
  test('are announced once, although the connection was lost meanwhile', () => {
    terms.welcome({ ...welcome, secondsLeft: 3540 });
    vi.advanceTimersByTime(54 * MINUTE - 1);
    expect(said).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(said).toEqual([texts.time.endsSoon(5)]);
    terms.welcome({ ...welcome, secondsLeft: 200 });
    vi.advanceTimersByTime(10 * MINUTE);
    expect(said).toHaveLength(1);
  });

  test('are announced to whoever comes in them', () => {
    terms.welcome({ ...welcome, secondsLeft: 61 });
    vi.advanceTimersByTime(0);
    expect(said).toEqual([texts.time.endsSoon(2)]);
  });

  test('of a year are not at once', () => {
    terms.welcome({ ...welcome, secondsLeft: 365 * 86_400 });
    vi.advanceTimersByTime(MINUTE);
    expect(said).toEqual([]);
  });
});
