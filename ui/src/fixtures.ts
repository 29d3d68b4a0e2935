/** What a shell could show, for tests and for the looks of the window. */
import type { DisplayView } from './bindings/DisplayView';
import type { LaunchView } from './bindings/LaunchView';
import type { LinkView } from './bindings/LinkView';
import type { SessionView } from './bindings/SessionView';
import type { ShareView } from './bindings/ShareView';
import type { Snapshot } from './bindings/Snapshot';
import type { Terms } from './bindings/Terms';
import type { TokenFileView } from './bindings/TokenFileView';

/** A display with a target. */
export const alice: DisplayView = {
  id: 'alice',
  name: 'Alice',
  target: '127.0.0.1:5901',
  launch: null,
  state: { kind: 'reachable' },
  busy: false,
  sessions: [],
  links: [],
  moreLinks: 0,
  linksForOthers: 0,
  picture: null,
};

/** Control for an hour, for whoever has the link. */
export const terms: Terms = {
  rights: 'control',
  seconds: 3600,
  once: false,
  ask: false,
  pin: false,
};

/** A shell that has nothing to show. */
export const nothing: Snapshot = {
  displays: [],
  orphans: [],
  fault: null,
  notice: null,
  address: 'http://127.0.0.1:6080',
  configFile: '/home/alice/.config/porthole/config.toml',
  version: '0.1.0',
  found: [],
  newDesktop: null,
  thisScreen: null,
  adding: null,
  tokenFile: null,
  network: { open: false, listening: [], encrypted: false, fingerprint: null },
  defaultTerms: terms,
  shareFor: null,
  share: null,
  question: null,
  asking: [],
  history: null,
  doctor: null,
  settings: {
    startAtLogin: null,
    openIn: 'window',
    theme: 'system',
    listening: { kind: 'automatic' },
    interfaces: [],
  },
};

/** A websockify token file to import. */
export const tokenFile: TokenFileView = {
  file: '/etc/novnc/tokens',
  faults: [],
  tokens: 3,
  targets: [
    { target: '127.0.0.1:5901', tokens: 1, display: 'Alice' },
    { target: '127.0.0.1:5902', tokens: 2, display: null },
  ],
  more: 0,
  link: 'http://127.0.0.1:6080/vnc.html?path=websockify?token=TOKEN',
  open: false,
  replaces: null,
  exposed: null,
};

/** Somebody from elsewhere who may control a display. */
export const visitor: SessionView = {
  id: 7,
  address: '192.0.2.4',
  since: 0,
  toViewer: 1234,
  toServer: 56,
  rights: 'control',
  link: 3,
};

/** A link for others that nobody has used. */
export const link: LinkView = {
  id: 3,
  terms,
  created: 0,
  ends: null,
  uses: 0,
  lastUse: null,
  shared: true,
  madeFor: null,
};

/** A link that was made just now and is on the clipboard. */
export const share: ShareView = {
  display: 'alice',
  name: 'Alice',
  link: 3,
  terms,
  addresses: [
    {
      host: '192.0.2.5',
      label: 'wlan0',
      url: 'http://192.0.2.5:6080/v#f3Zc',
      qr: { size: 9, path: 'M4 4h1v1h-1z' },
      opens: { kind: 'yes', doubt: null },
    },
    {
      host: 'desk.local',
      label: 'name on the network',
      url: 'http://desk.local:6080/v#f3Zc',
      qr: { size: 9, path: 'M4 4h1v1h-1z' },
      opens: { kind: 'checking' },
    },
  ],
  pin: null,
  copied: '192.0.2.5',
};

/** Desktops that Porthole launches, each with how it fares. */
export function launched(...launches: LaunchView[]): Snapshot {
  const names = ['Bob', 'Carol', 'Dan'];
  const displays = launches.map((launch, at) => ({
    ...alice,
    id: names[at]?.toLowerCase() ?? `desktop-${at}`,
    name: names[at] ?? `Desktop ${at}`,
    target: 'desktop',
    launch,
  }));
  return { ...nothing, displays };
}
