/** Every state of the window that is worth looking at. */
import type { Reachability } from '../src/bindings/Reachability';
import type { QuestionView } from '../src/bindings/QuestionView';
import type { ShareAddress } from '../src/bindings/ShareAddress';
import type { ShareView } from '../src/bindings/ShareView';
import type { Snapshot } from '../src/bindings/Snapshot';
import { alice, launched, link, nothing, share, terms, tokenFile, visitor } from '../src/fixtures';
import { qr } from './qr';

/** What the shell shows, and what is clicked then. */
export interface Look {
  snapshot: Snapshot;
  /** CSS selectors, one after the other. */
  clicks?: string[];
  /** What is written then into the last line that one can write in. */
  writes?: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const now = Date.now();

const screen = {
  ...alice,
  id: 'this-screen',
  name: 'This screen',
  target: 'this-screen',
  launch: {
    kind: 'running',
    since: now - 3 * HOUR,
    memory: 41_000_000,
    user: 'alice',
    xDisplay: ':0',
  },
  picture: { number: 1, live: true },
} as const;

const bob = {
  ...alice,
  id: 'bob',
  name: 'Bob',
  target: '127.0.0.1:5972',
  state: {
    kind: 'unreachable',
    reason: 'Cannot connect to 127.0.0.1:5972: nothing is listening there.',
    fix: "Start its VNC server, or correct the display's target in the config file.",
  },
} as const;

const carol = {
  ...alice,
  id: 'carol',
  name: 'Carol',
  target: 'desktop',
  launch: {
    kind: 'running',
    since: now - 5 * HOUR,
    memory: 182_000_000,
    user: 'carol',
    xDisplay: ':3',
  },
  picture: { number: 2, live: false },
} as const;

const links = [
  { ...link, id: 3, created: now - 8 * MINUTE, ends: now + 52 * MINUTE },
  {
    ...link,
    id: 2,
    terms: { ...terms, rights: 'view', seconds: 7 * 24 * 3600, ask: true, pin: true },
    created: now - 2 * DAY,
    ends: now + 5 * DAY,
    uses: 4,
    lastUse: now - 35 * MINUTE,
  } as const,
  { ...link, id: 1, created: now - HOUR, uses: 1, lastUse: now - HOUR, shared: false },
];

const sessions = [
  {
    ...visitor,
    address: '192.168.7.31',
    since: now - 12 * MINUTE,
    toViewer: 41_200_000,
    toServer: 83_000,
  },
  {
    ...visitor,
    id: 8,
    address: 'fd00:7::1c2a:3bff:fe4d:5e6f',
    since: now - 35 * MINUTE,
    toViewer: 7_310_000,
    toServer: 1200,
    rights: 'view',
    link: 2,
  } as const,
];

const fresh: Snapshot = {
  ...nothing,
  displays: [{ ...alice, id: 'demo', name: 'Demo', target: 'demo' }],
  found: [
    { target: '127.0.0.1:5907', program: 'x11vnc' },
    { target: 'unix:/home/alice/.vnc/desk.sock', program: null },
  ],
};
const tokens = ['section > ul > li:last-child button'];

const listening = ['192.168.7.5:6080', '[fd00:7::9a5e:12ff:fe03:c41]:6080'];
const open = { open: true, listening, encrypted: false, fingerprint: null };
const list: Snapshot = { ...nothing, displays: [screen, carol, bob], network: open };
const busy: Snapshot = {
  ...list,
  displays: [{ ...screen, sessions, links }, carol, bob],
};

const asking = [
  { id: 1, display: 'This screen', address: '192.168.7.44', rights: 'control', since: now },
  { id: 2, display: 'Carol', address: '192.168.7.9', rights: 'view', since: now - MINUTE },
] as const;

const stopAll: QuestionView = {
  ending: { type: 'stopAll' },
  name: null,
  yes: { type: 'stopAllAndQuit' },
  desktops: ['Carol', 'Bob'],
  visitors: sessions.map(({ address }) => ({ address, display: 'This screen' })),
  links: 0,
  unseen: false,
};

const TOKEN = 'k7Qm2ZxV0aY4tR8wLpN3sE';
const addresses = ['192.168.7.5', 'desk.local', '[fd00:7::9a5e:12ff:fe03:c41]', '127.0.0.1'];
const labels = ['wlan0', 'name on the network', 'wlan0', 'this computer only'];
const opens: Reachability[] = [
  { kind: 'yes', doubt: null },
  { kind: 'checking' },
  { kind: 'yes', doubt: 'Not every visitor has IPv6.' },
  { kind: 'yes', doubt: null },
];
const made: ShareView = {
  ...share,
  display: 'this-screen',
  name: 'This screen',
  addresses: addresses.map((host, at) => ({
    host,
    label: labels[at] ?? '',
    url: `http://${host}:6080/v#${TOKEN}`,
    qr: qr(41, at + 1),
    opens: opens[at] ?? { kind: 'checking' },
  })),
  copied: '192.168.7.5',
};
const shared: Snapshot = { ...busy, shareFor: 'this-screen', share: made };

/** The link that is shown, with its first address so. */
function first(change: Partial<ShareAddress>): ShareView {
  const addresses = made.addresses.map((address, at) =>
    at === 0 ? { ...address, ...change } : address,
  );
  return { ...made, addresses };
}

const FINGERPRINT =
  '3A:91:0C:E2:77:5B:D4:18:6F:A0:29:C3:8E:51:B7:F4:0D:62:9B:E8:14:7A:C5:30:DF:86:2E:B1:49:F3:07:5C';

const set: Snapshot = {
  ...list,
  settings: {
    ...nothing.settings,
    startAtLogin: true,
    interfaces: [
      { name: 'wlan0', addresses: ['192.168.7.5', 'fd00:7::9a5e:12ff:fe03:c41'] },
      { name: 'enp0s31f6', addresses: ['10.20.30.40'] },
    ],
  },
};

const findings = [
  {
    check: 'config',
    verdict: 'ok',
    text: '/home/alice/.config/porthole/config.toml is valid. It has 3 displays.',
    fix: null,
  },
  {
    check: 'secrets',
    verdict: 'warn',
    text: 'Other users can read /home/alice/.config/porthole/bob.pw.',
    fix: 'Run: chmod 600 /home/alice/.config/porthole/bob.pw',
  },
  {
    check: 'port',
    verdict: 'ok',
    text: 'Port 6080 is listened on by Porthole itself.',
    fix: null,
  },
  {
    check: 'firewall',
    verdict: 'fault',
    text: 'The firewall ufw blocks port 6080.',
    fix: 'To let them in: sudo ufw allow 6080/tcp',
  },
  {
    check: 'display',
    verdict: 'fault',
    text: 'Bob: Cannot connect to 127.0.0.1:5972: nothing is listening there.',
    fix: "Start its VNC server, or correct the display's target in the config file.",
  },
] as const;

const visits = [
  { began: now - 12 * MINUTE, ended: null, why: null, rights: 'control', address: '192.168.7.31' },
  {
    began: now - 3 * HOUR,
    ended: now - 3 * HOUR + 38 * MINUTE,
    why: 'The visitor left.',
    rights: 'view',
    address: 'fd00:7::1c2a:3bff:fe4d:5e6f',
  },
  {
    began: now - DAY - 2 * HOUR,
    ended: now - DAY - HOUR,
    why: 'The time of the link was over.',
    rights: 'control',
    address: '192.168.7.9',
  },
  {
    began: now - DAY - 5 * HOUR,
    ended: now - DAY - 5 * HOUR + 20_000,
    why: 'Ended by the owner of the display.',
    rights: 'control',
    address: '192.168.7.9',
  },
] as const;

const history = 'footer button:nth-last-of-type(3)';
const settings = 'footer button:last-of-type';
const details = 'details > summary';

/** Names as people give them: long, without a place to break, of other scripts, and with pictures in them. */
const names = [
  'Alice',
  'The build machine in the cellar beside the old printer, second shelf (please never switch it off)',
  'Donaudampfschifffahrtsgesellschaftskapitänskajütenbildschirmarbeitsplatzverwaltung',
  '🖥️ Büro 👩‍💻',
  'شاشة المكتب الرئيسي',
  'מסך הקבלה (2)',
  '会议室的大屏幕',
  '<b>not bold</b> & "quoted"',
  'srv-07.lab.example.org:5901',
  'B',
  'Zoë’s résumé',
  'Twelve',
];
const many: Snapshot = {
  ...list,
  displays: names.map((name, at) => ({
    ...alice,
    id: `display-${at}`,
    name,
    target:
      at === 1 ? 'unix:/run/user/1000/a/folder/of/some/depth/that/has/a/socket.sock' : `:${at + 1}`,
    busy: at === 3,
    state: at === 2 ? bob.state : at === 9 ? { kind: 'checking' } : alice.state,
    picture: at % 2 === 0 ? { number: at + 1, live: true } : null,
    sessions: at === 4 ? sessions : [],
    links: at === 4 ? links : [],
  })),
};

export const looks: Record<string, Look> = {
  many: { snapshot: many },
  'many, terms': { snapshot: { ...many, shareFor: 'display-2' } },
  'many, asking': {
    snapshot: {
      ...many,
      asking: asking.map((one, at) => ({ ...one, display: names[at + 1] ?? '' })),
    },
  },
  first: { snapshot: fresh },
  'first, impossible': {
    snapshot: {
      ...fresh,
      found: [],
      thisScreen:
        'This is a Wayland session. X0tigervnc cannot share its screen. What works: the desktop’s own sharing (GNOME: Settings, System, Remote Desktop), added here as a display with a target; or log in to an X11 session.',
      newDesktop:
        'TigerVNC is not installed: Xtigervnc was not found. To install it: sudo apt install tigervnc-standalone-server.',
    },
  },
  'first, password': {
    snapshot: {
      ...fresh,
      adding: { target: '127.0.0.1:5907', state: { kind: 'asksPassword', refused: true } },
    },
  },
  'first, unreachable': {
    snapshot: {
      ...fresh,
      adding: {
        target: '192.168.1.5:5901',
        state: {
          kind: 'unreachable',
          reason: 'Cannot connect to 192.168.1.5:5901: nothing is listening there.',
          fix: 'Start its VNC server, or correct the address.',
        },
      },
    },
  },
  'asks for a password': {
    snapshot: {
      ...nothing,
      displays: [
        { ...alice, state: { kind: 'asksPassword', refused: false } },
        { ...bob, state: { kind: 'asksPassword', refused: true } },
      ],
    },
  },
  'token file': {
    snapshot: {
      ...fresh,
      tokenFile: {
        ...tokenFile,
        exposed: 'Other users can read /etc/novnc/tokens. Run: chmod 600 /etc/novnc/tokens.',
      },
    },
    clicks: tokens,
    writes: tokenFile.file,
  },
  'token file, faults': {
    snapshot: {
      ...fresh,
      tokenFile: {
        ...tokenFile,
        faults: [
          '/etc/novnc/tokens:3: no colon followed by a space; write `token: host:port`.',
          '/etc/novnc/tokens:7: the target has no port; write host:port.',
        ],
      },
    },
    clicks: tokens,
    writes: tokenFile.file,
  },
  adding: { snapshot: list, clicks: ['header button'] },
  list: { snapshot: list },
  alone: { snapshot: { ...list, network: nothing.network } },
  watched: { snapshot: busy, clicks: [details] },
  'revoke all': { snapshot: busy, clicks: [details, 'details .all button'] },
  asking: { snapshot: { ...busy, asking: [...asking] } },
  terms: { snapshot: { ...list, shareFor: 'this-screen' } },
  'terms, failed': {
    snapshot: {
      ...list,
      shareFor: 'bob',
      defaultTerms: { ...terms, rights: 'view', seconds: 7200, pin: true },
      notice: {
        kind: 'error',
        text: 'Cannot copy the link: the desktop does not answer.',
        path: null,
      },
    },
  },
  shared: { snapshot: shared },
  'shared, asking': { snapshot: { ...shared, asking: asking.slice(0, 1) } },
  'shared, firewall': {
    snapshot: {
      ...shared,
      share: first({
        opens: {
          kind: 'yes',
          doubt:
            'A firewall (ufw) is on, and may keep other machines out. To let them in: sudo ufw allow 6080/tcp.',
        },
      }),
    },
  },
  'shared, closed': {
    snapshot: {
      ...shared,
      share: {
        ...first({
          opens: {
            kind: 'no',
            reason: 'Nothing answers at 192.168.7.5:6080.',
            fix: 'Choose another address, or look whether wlan0 is still connected.',
          },
        }),
        copied: null,
      },
    },
  },
  'shared, encrypted': {
    snapshot: {
      ...shared,
      network: { ...open, encrypted: true, fingerprint: FINGERPRINT },
      share: {
        ...first({ url: `https://192.168.7.5:6080/v#${TOKEN}` }),
        pin: '482 913',
        terms: { rights: 'view', seconds: 8 * 3600, once: true, ask: true, pin: true },
      },
    },
  },
  'links of displays that have left': {
    snapshot: {
      ...list,
      orphans: [{ id: 'gone', name: 'Old desk', links, moreLinks: 0, until: now + 8 * MINUTE }],
    },
  },
  'links that open nothing, and more than are shown': {
    snapshot: {
      ...list,
      displays: [
        {
          ...screen,
          links: links.map((link, at) =>
            at === 0 ? { ...link, madeFor: '127.0.0.1:5902' } : link,
          ),
          moreLinks: 9950,
        },
      ],
    },
  },
  history: {
    snapshot: {
      ...busy,
      history: visits.map((visit) => ({
        visits: 1,
        last: visit.began,
        code: null,
        ...visit,
        display: 'This screen',
        displayId: 'this-screen',
      })),
    },
    clicks: [history],
  },
  'history, empty': { snapshot: { ...busy, history: [] }, clicks: [history] },
  settings: { snapshot: set, clicks: [settings] },
  'settings, dark': {
    snapshot: { ...set, settings: { ...set.settings, theme: 'dark', openIn: 'browser' } },
    clicks: [settings],
  },
  'settings, light': {
    snapshot: { ...set, settings: { ...set.settings, theme: 'light' } },
    clicks: [settings],
  },
  'settings, the rest': { snapshot: set, clicks: [settings, 'dialog section:last-of-type'] },
  'settings, faults': {
    snapshot: {
      ...set,
      fault: '/home/alice/.config/porthole/config.toml:7: unknown field `thme`',
      notice: {
        kind: 'error',
        text: '/home/alice/.config/porthole/cannot write Permission denied (os error 13).',
        path: null,
      },
      settings: { ...set.settings, listening: { kind: 'fixed', addresses: ['0.0.0.0', '::'] } },
    },
    clicks: [settings],
  },
  'doctor, looking': { snapshot: { ...list, doctor: [] } },
  doctor: { snapshot: { ...list, doctor: [...findings] } },
  'doctor, well': {
    snapshot: { ...list, doctor: findings.filter(({ verdict }) => verdict === 'ok') },
    clicks: ['dialog summary'],
  },
  fault: {
    snapshot: {
      ...list,
      fault: '/home/alice/.config/porthole/config.toml:7: unknown field `nmae`',
      notice: { kind: 'info', text: 'Link copied. It works for 1 hour.', path: null },
    },
  },
  'desktops, asleep': {
    snapshot: launched(
      { kind: 'stopped' },
      { kind: 'stopping' },
      { kind: 'running', since: now - HOUR, memory: null, user: 'bob', xDisplay: ':2' },
    ),
  },
  'question, stop all': { snapshot: { ...busy, question: stopAll } },
  'question, stop': {
    snapshot: {
      ...busy,
      question: {
        ...stopAll,
        ending: { type: 'stop', display: 'carol' },
        name: 'Carol',
        yes: { type: 'stopDisplay', display: 'carol' },
        desktops: ['Carol'],
        visitors: [],
      },
    },
  },
  'question, close': {
    snapshot: {
      ...busy,
      question: {
        ...stopAll,
        ending: { type: 'closeWindow' },
        yes: { type: 'quit' },
        desktops: [],
        links: 2,
      },
    },
  },
  'question, visitors wait': { snapshot: { ...busy, asking: [...asking], question: stopAll } },
  'no editor': {
    snapshot: {
      ...list,
      notice: {
        kind: 'error',
        text: 'No program on this computer opens .toml files. The config file is /home/alice/.config/porthole/config.toml.',
        path: '/home/alice/.config/porthole/config.toml',
      },
    },
  },
  desktops: {
    snapshot: {
      ...launched(
        { kind: 'starting', step: 'starting the VNC server' },
        { kind: 'ended', reason: 'The session was killed.', log: ['xfce4-session: bye'], at: now },
        {
          kind: 'unavailable',
          reason: 'TigerVNC is not installed.',
          fix: 'To install it: sudo apt install tigervnc-standalone-server.',
        },
      ),
      found: [{ target: '127.0.0.1:5907', program: 'x11vnc' }],
    },
  },
};
