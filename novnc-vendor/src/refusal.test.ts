import { afterEach, expect, test, vi } from 'vitest';
import { endingOfRefused } from './endings';
import { readRefusal, whyRefused } from './refusal';

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  [
    { refused: 'host', name: 'backend', setting: 'hosts = ["backend"]' },
    { kind: 'host', name: 'backend', setting: 'hosts = ["backend"]' },
  ],
  [
    { refused: 'origin', name: 7 },
    { kind: 'origin', name: '', setting: '' },
  ],
  [{ refused: null }, { kind: 'blocked' }],
  [{ refused: 'http' }, { kind: 'blocked' }],
  [{}, undefined],
  [null, undefined],
  ['host', undefined],
])('%j is read as %j', (answer, refusal) => {
  expect(readRefusal(answer)).toEqual(refusal);
});

test('the first address where a gateway answers tells', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url);
    if (url.endsWith('/a')) return Promise.reject(new TypeError('refused'));
    const ok = !url.endsWith('/b');
    return Promise.resolve({ ok, json: () => Promise.resolve({ refused: null }) });
  });
  const urls = ['wss://desk/a', 'wss://desk/b', 'wss://desk/c', 'wss://desk/d'];
  expect(await whyRefused(urls)).toEqual({ kind: 'blocked' });
  expect(asked).toEqual(['https://desk/a', 'https://desk/b', 'https://desk/c']);
  expect(await whyRefused(['ws://desk/a'])).toBeUndefined();
});

test('the name and the setting are said where they are known', () => {
  const host = endingOfRefused({ kind: 'host', name: 'backend', setting: 'hosts = ["backend"]' });
  expect(host.cause).toContain('backend');
  expect(host.next).toContain('hosts = ["backend"]');
  expect(host.retry).toBe('offer');
  const origin = endingOfRefused({ kind: 'origin', name: '', setting: '' });
  expect([origin.cause, origin.next]).not.toContain('');
  expect(endingOfRefused({ kind: 'blocked' })).toMatchObject({ retry: 'auto', quoted: false });
});
