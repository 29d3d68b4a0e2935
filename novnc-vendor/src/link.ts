import { EVENTS_PROTOCOL } from './events';
import { readFlag, readParameters } from './parameters';

/** Where to connect to, and how. */
export interface Plan {
  /** WebSocket addresses, the likeliest first; the next is tried when one never opened. */
  urls: [string, ...string[]];
  protocols: string[];
  /** Leave other viewers of the same server connected. */
  shared: boolean;
  /** For a server that asks for one. Only links in websockify's manner carry it. */
  password?: string;
  repeaterId?: string;
}

/** Why a link leads nowhere. */
export type LinkFault = 'incomplete' | 'damaged' | 'foreign';

/** What one entry of the tab's history keeps: reloading and going back find their own link again. */
interface Kept {
  token: string;
}

/** What the page's address asks for. `kept` is `history.state`. */
export function readLink(page: URL, kept: unknown): Plan | LinkFault {
  return isOwnPage(page) ? readOwnLink(page, kept) : readWebsockifyLink(page);
}

/**
 * Takes the token out of the address bar into the state of this history entry, where a reload finds it. Neither
 * another tab nor the next link that is opened in this one sees it.
 */
export function hideToken(history: History, page: URL): void {
  const token = fragmentToken(page);
  if (!isOwnPage(page) || token === '') return;
  history.replaceState({ token } satisfies Kept, '', page.pathname + page.search);
}

/** `/v#TOKEN`, below any prefix. All other pages take websockify's parameters. */
function isOwnPage(page: URL): boolean {
  return /\/v(\.html)?$/.test(page.pathname);
}

function readOwnLink(page: URL, kept: unknown): Plan | LinkFault {
  const token = fragmentToken(page) || keptToken(kept);
  if (token === '') return 'incomplete';
  // The alphabet of a token is also all that may stand in the name of a subprotocol.
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(token)) return 'damaged';
  return {
    urls: [socketUrl(new URL('websockify', page), page)],
    protocols: ['binary', EVENTS_PROTOCOL, `porthole.token.${token}`],
    shared: true,
  };
}

function fragmentToken(page: URL): string {
  return page.hash.slice(1);
}

function keptToken(kept: unknown): string {
  if (typeof kept !== 'object' || kept === null || !('token' in kept)) return '';
  return typeof kept.token === 'string' ? kept.token : '';
}

/**
 * `host`, `port` and `encrypt` are not read: a page that connects wherever its address says is a phishing tool.
 * For the same reason a `path` that leads to another host is refused.
 */
function readWebsockifyLink(page: URL): Plan | LinkFault {
  const parameters = readParameters(page);
  const [first, ...rest] = readings(parameters.get('path') ?? 'websockify', page)
    .filter((url) => url.host === page.host && url.protocol === page.protocol)
    .map((url) => socketUrl(url, page));
  if (first === undefined) return 'foreign';
  const password = parameters.get('password');
  const repeaterId = parameters.get('repeaterID');
  return {
    urls: [first, ...rest.filter((url) => url !== first)],
    protocols: ['binary', EVENTS_PROTOCOL],
    shared: readFlag(parameters, 'shared') ?? true,
    ...(password !== undefined && { password }),
    ...(repeaterId !== undefined && { repeaterId }),
  };
}

/**
 * noVNC up to 1.5 takes `path` from the site's root, later ones take it relative to the page. A link written for the
 * former repeats the page's own folder: on `/novnc/vnc.html` it says `path=novnc/websockify`.
 */
function readings(path: string, page: URL): URL[] {
  const folder = page.pathname.slice(1, page.pathname.lastIndexOf('/') + 1);
  const fromRoot = resolve(`/${path}`, page);
  const fromPage = resolve(path, page);
  const inOrder =
    folder !== '' && path.startsWith(folder) ? [fromRoot, fromPage] : [fromPage, fromRoot];
  return inOrder.filter((url) => url !== null);
}

function resolve(path: string, page: URL): URL | null {
  const folder = new URL('.', page);
  return URL.canParse(path, folder) ? new URL(path, folder) : null;
}

function socketUrl(url: URL, page: URL): string {
  const socket = new URL(url);
  socket.protocol = page.protocol === 'https:' ? 'wss:' : 'ws:';
  socket.hash = ''; // a WebSocket address may not have one
  socket.username = '';
  socket.password = '';
  return socket.href;
}
