import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isPasteKey, PasteKey } from './paste';

const none = { type: 'keydown', ctrlKey: false, metaKey: false, altKey: false };

test.each([
  [{ ...none, key: 'v', ctrlKey: true }, true],
  [{ ...none, key: 'V', ctrlKey: true }, true],
  [{ ...none, key: 'v', metaKey: true }, true],
  [{ ...none, key: 'v' }, false],
  [{ ...none, key: 'c', ctrlKey: true }, false],
  [{ ...none, key: 'v', ctrlKey: true, altKey: true }, false], // AltGr
  [{ ...none, key: 'v', ctrlKey: true, type: 'keyup' }, false],
])('%j pastes: %s', (event, pastes) => {
  expect(isPasteKey(event)).toBe(pastes);
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function held() {
  const event = { stopPropagation: vi.fn() } as unknown as KeyboardEvent;
  const press = vi.fn();
  const key = new PasteKey(press);
  key.hold(event);
  return { event, key, press };
}

test('the key follows what was pasted, once', () => {
  const { event, key, press } = held();
  expect(press).not.toHaveBeenCalled();
  key.release();
  expect(press).toHaveBeenCalledExactlyOnceWith(event);
  vi.runAllTimers();
  expect(press).toHaveBeenCalledOnce();
});

test('a browser that does not paste takes no key away', () => {
  const { press } = held();
  vi.advanceTimersByTime(100);
  expect(press).toHaveBeenCalledOnce();
});

test('text that cannot go there pastes nothing older instead', () => {
  const { key, press } = held();
  key.release(false);
  vi.runAllTimers();
  expect(press).not.toHaveBeenCalled();
});

test('a second key does not swallow the first', () => {
  const { event, key, press } = held();
  key.hold(event);
  key.release();
  expect(press).toHaveBeenCalledTimes(2);
});
