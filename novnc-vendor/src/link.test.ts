import { describe, expect, test, vi } from 'vitest';
import { hideToken, readLink, type Plan } from './link';

const TOKEN = 'dGhlIHF1aWNrIGJyb3duIGZveA';

function plan(address: string, kept: unknown = null): Plan {
  const found = readLink(new URL(address), kept);
  if (typeof found === 'string') throw new Error(`${address} is ${found}`);
  return found;
}

describe("Porthole's own link", () => {
  test.each([
    [`http://desk:6080/v#${TOKEN}`, 'ws://desk:6080/websockify'],
    [`https://desk/v#${TOKEN}`, 'wss://desk/websockify'],
    [`http://[::1]:6080/v.html#${TOKEN}`, 'ws://[::1]:6080/websockify'],
    [`https://desk/a/b/v#${TOKEN}`, 'wss://desk/a/b/websockify'],
  ])('%s', (address, url) => {
    expect(plan(address)).toEqual({
      urls: [url],
      protocols: ['binary', 'porthole.events', `porthole.token.${TOKEN}`],
      shared: true,
    });
  });

  test('a reload finds the token in its history entry', () => {
    expect(plan('http://desk/v', { token: TOKEN }).protocols).toContain(`porthole.token.${TOKEN}`);
  });

  test('a new fragment wins over what was kept', () => {
    expect(plan('http://desk/v#new', { token: TOKEN }).protocols).toContain('porthole.token.new');
  });

  test.each([null, undefined, 'x', {}, { token: 7 }, { token: '' }])(
    'without a token (%j)',
    (kept) => {
      expect(readLink(new URL('http://desk/v'), kept)).toBe('incomplete');
    },
  );

  test.each(['a b', 'a%20b', 'token=x', 'x'.repeat(257), 'a,b'])('damaged: %s', (token) => {
    expect(readLink(new URL(`http://desk/v#${token}`), null)).toBe('damaged');
  });
});

describe("websockify's link", () => {
  test.each([
    // address, first reading, second reading
    ['http://desk/vnc.html?path=websockify?token=X', 'ws://desk/websockify?token=X'],
    ['http://desk/vnc_lite.html?path=websockify?token=X', 'ws://desk/websockify?token=X'],
    ['https://desk/vnc.html?path=websockify?token=a%26b', 'wss://desk/websockify?token=a&b'],
    ['http://desk/vnc.html#path=websockify%3Ftoken%3DX', 'ws://desk/websockify?token=X'],
    ['http://desk/vnc.html', 'ws://desk/websockify'],
    [
      'http://desk/novnc/vnc.html?resize=remote&path=novnc/websockify?token=X',
      'ws://desk/novnc/websockify?token=X',
      'ws://desk/novnc/novnc/websockify?token=X',
    ],
    [
      'http://desk/novnc/vnc.html?path=websockify?token=X',
      'ws://desk/novnc/websockify?token=X',
      'ws://desk/websockify?token=X',
    ],
    [
      'http://desk/a/b/vnc.html?path=a/b/websockify',
      'ws://desk/a/b/websockify',
      'ws://desk/a/b/a/b/websockify',
    ],
    ['http://desk/novnc/vnc.html?path=/novnc/websockify', 'ws://desk/novnc/websockify'],
    ['http://desk/vnc.html?path=', 'ws://desk/'],
  ])('%s', (address, ...urls) => {
    expect(plan(address).urls).toEqual(urls);
  });

  test('host, port and encrypt are not read', () => {
    expect(plan('http://desk/vnc.html?host=evil&port=1&encrypt=1').urls).toEqual([
      'ws://desk/websockify',
    ]);
  });

  test.each([
    '//evil/x',
    'http://evil/x',
    'wss://evil/x',
    '\\\\evil\\x',
    'javascript:alert(1)',
    'http://desk:1/',
  ])('never to another host: %s', (path) => {
    const found = readLink(new URL(`http://desk/vnc.html?path=${encodeURIComponent(path)}`), null);
    if (typeof found === 'string') expect(found).toBe('foreign');
    else expect(found.urls.map((url) => new URL(url).host)).toEqual(found.urls.map(() => 'desk'));
  });

  test('carries what noVNC carries', () => {
    expect(plan('http://desk/vnc.html?password=pa+ss&shared=0&repeaterID=7')).toMatchObject({
      protocols: ['binary', 'porthole.events'],
      password: 'pa+ss',
      shared: false,
      repeaterId: '7',
    });
  });
});

describe('hideToken', () => {
  const replaced = (address: string) => {
    const replaceState = vi.fn();
    hideToken({ replaceState } as unknown as History, new URL(address));
    return replaceState.mock.calls;
  };

  test('keeps the token in the entry and clears the address', () => {
    expect(replaced(`http://desk/a/v?x=1#${TOKEN}`)).toEqual([[{ token: TOKEN }, '', '/a/v?x=1']]);
  });

  test("leaves websockify's links as they are", () => {
    expect(replaced('http://desk/vnc.html#path=x')).toEqual([]);
  });

  test('leaves what a reload kept', () => {
    expect(replaced('http://desk/v')).toEqual([]);
  });
});
