import { settings } from './en-settings';

/** All that the window says, in English. What the program itself says (causes, advice, notices) comes as sentences. */
export const en = {
  header: {
    title: 'Displays',
    openable: (openable: number, all: number) =>
      `${openable} of ${all} ${all === 1 ? 'display' : 'displays'} can be opened`,
    watching: (count: number) => `${count} ${count === 1 ? 'viewer' : 'viewers'} connected`,
    network: { open: 'Other machines can connect', closed: 'Only this machine can connect' },
    add: 'Add a display',
  },

  footer: {
    listening: 'Listening on',
    history: 'History',
    doctor: 'Look for faults',
    settings: 'Settings',
    editConfig: 'Edit config',
    stopAll: 'Stop all and quit…',
    moreAddresses: (count: number) => `and ${count} more`,
  },

  question: {
    keep: 'Keep running',
    endings: {
      stop: { title: (name: string) => `Stop ${name}?`, yes: 'Stop it' },
      restart: { title: (name: string) => `Restart ${name}?`, yes: 'Restart it' },
      stopAll: {
        title: () => 'Stop all desktops and quit Porthole?',
        yes: 'Stop all and quit',
      },
      quit: { title: () => 'Quit Porthole?', yes: 'Quit' },
      closeWindow: { title: () => 'Quit Porthole?', yes: 'Quit' },
    },
    desktopsRun: 'Desktops keep running.',
    noTray: 'Closing the window quits Porthole, because this desktop shows no tray icons.',
    programs: (desktops: number) =>
      `All programs on ${desktops === 1 ? 'it' : 'them'} will close and unsaved work will be lost.`,
    visitors: (count: number) =>
      `${count === 1 ? '1 visitor' : `${count} visitors`} will be disconnected:`,
    visitor: (address: string, display: string) => `${address}, connected to ${display}`,
    links: (count: number) =>
      `${count === 1 ? '1 shared link' : `${count} shared links`} will not open anything until you start Porthole again.`,
  },

  fault: {
    title: 'The config file has a mistake.',
    lastGood: 'The last good one stays in force.',
  },

  notice: { dismiss: 'Dismiss', copyPath: 'Copy the path' },

  advice: { copy: 'Copy the command', copied: 'Copied' },

  add: {
    title: 'Add a display',
    first: 'What do you want to show?',
    more: 'Choose one. You get a link, and whoever opens it in a browser sees the screen.',
    demo: 'Or look at the demo first: it needs nothing, and shows what visitors see.',
    close: 'Close',
    screen: {
      title: 'This screen',
      more: 'Others see the monitor in front of you, and work on it with you if you let them.',
      share: 'Share this screen',
    },
    desktop: {
      title: 'A new desktop',
      more: 'A separate one, that runs out of sight on this machine until you stop it.',
      name: 'Name',
      start: 'Start a desktop',
      taken: 'There is a display of this name already; choose another.',
    },
    server: {
      title: 'A VNC server that runs already',
      more: 'On this machine or another one. Porthole makes links to it, and leaves it as it is.',
      found: 'Found on this machine',
      address: 'Address',
      example: '192.168.1.5:5901 or :1',
      password: 'Password, if it has one',
      add: 'Add',
      addThis: (target: string) => `Add ${target}`,
      addTyped: 'Add this address',
      trying: (target: string) => `Trying ${target}…`,
      asks: (target: string) =>
        `${target} asks for its VNC password. Write it here, and add again.`,
      refused: (target: string) =>
        `${target} has refused this password. Write it again, and add again.`,
      anyway: 'Add it all the same',
    },
    tokens: {
      title: 'A token file of websockify',
      more: 'Its links go on working here, and its displays come into the list.',
      open: 'Import a token file',
      file: 'Path of the token file',
      example: '/etc/novnc/tokens',
      choose: 'Choose a file…',
      look: 'Look into it',
      take: 'Import',
      reading: 'Reading…',
      faulty: 'This has to be corrected first:',
      holds: (tokens: number, targets: number) =>
        `${tokens} ${tokens === 1 ? 'token leads' : 'tokens lead'} to ${targets} ${targets === 1 ? 'VNC server' : 'VNC servers'}.`,
      targets: 'VNC servers in the token file',
      tokens: (count: number) => (count === 1 ? '1 token' : `${count} tokens`),
      added: 'will be added',
      known: (display: string) => `in the list as ${display}`,
      rest: (count: number) => `${count} more get no place in the list: only their tokens work.`,
      goOn: 'Each token goes on working as a link, without an end, and the VNC server asks for its password itself:',
      reachedByAll: 'Other machines reach these links, as the config says in listen.',
      reachedHere:
        'Other machines reach these links only while a link for others works, unless you set listen in the config.',
      followed:
        'The file stays where it is. What you change in it counts at once; to have new servers in the list, import it again.',
      replaces: (file: string) => `It takes the place of ${file}, whose tokens end.`,
    },
  },

  display: {
    list: 'Displays',
    open: 'Open',
    openThis: (name: string) => `Open ${name}`,
    openInBrowser: (name: string) => `Open in browser: ${name}`,
    openInWindow: (name: string) => `Open in a window: ${name}`,
    copyLink: (name: string) => `Copy link to ${name}`,
    share: 'Share…',
    shareThis: (name: string) => `Share ${name}…`,
    picture: (name: string) => `Live picture of ${name}`,
    lastPicture: (name: string) => `Last picture of ${name}`,
    recheck: 'Check again',
    recheckThis: (name: string) => `Check again: ${name}`,
    reach: {
      checking: 'Checking…',
      reachable: 'Can be reached',
      asksPassword: 'Asks for its password',
      unreachable: 'Cannot be reached',
    },
    password: {
      asks: 'Whoever opens it is asked for its VNC password. Once Porthole keeps it, nobody is, and a picture shows here.',
      refused: 'It has refused this password. Write it again.',
      label: 'VNC password',
      keep: 'Keep',
      keepThis: (name: string) => `Keep the password of ${name}`,
    },
  },

  launch: {
    stopped: 'Stopped',
    starting: 'Starting…',
    running: 'Running',
    stopping: 'Stopping…',
    ended: 'Ended',
    unavailable: 'Cannot be started',
    about: (name: string) => `About ${name}`,
    since: 'since',
    as: 'as',
    on: 'on',
    memory: (bytes: string) => `${bytes} of memory`,
    whenOpened: 'It starts when it is opened.',
    endedAt: (time: string) => `Ended: ${time}. It starts again when it is opened.`,
    endingPrograms: 'ending its programs',
    start: 'Start',
    startThis: (name: string) => `Start ${name}`,
    stop: 'Stop',
    stopThis: (name: string) => `Stop ${name}`,
    restart: 'Restart',
    restartThis: (name: string) => `Restart ${name}`,
    tryAgain: 'Try again',
    tryThisAgain: (name: string) => `Try again: ${name}`,
    log: 'The last lines of its log',
    logOf: (name: string) => `Log of ${name}`,
  },

  watchers: {
    list: (display: string) => `Connected to ${display}`,
    since: 'since',
    control: 'Control',
    mayControl: (address: string, display: string) => `${address} may control ${display}`,
    toViewer: 'Sent to the viewer',
    toDisplay: 'Sent to the display',
    disconnect: 'Disconnect',
    disconnectThis: (address: string, display: string) => `Disconnect ${address} from ${display}`,
  },

  asking: {
    title: 'Visitors who wait for you',
    wants: {
      control: (display: string) => `wants to see and control ${display}`,
      view: (display: string) => `wants to see ${display}`,
    },
    waiting: (since: string) => `Waits since ${since}.`,
    allow: 'Allow',
    allowThis: (address: string) => `Allow ${address}`,
    allowView: 'Allow to view',
    allowViewThis: (address: string) => `Allow to view: ${address}`,
    deny: 'Deny',
    denyThis: (address: string) => `Deny ${address}`,
  },

  terms: {
    control: 'Control',
    view: 'View only',
    once: 'once only',
    ask: 'you are asked',
    pin: 'with PIN',
    ends: (when: string) => `ends ${when}`,
    endsNever: 'until you stop it',
  },

  links: {
    summary: (count: number) => (count === 1 ? '1 link works' : `${count} links work`),
    /** Not all of them open the display. */
    summarySome: (count: number) =>
      count === 1 ? '1 link, which opens nothing' : `${count} links, some of which open nothing`,
    more: (count: number) =>
      `And ${count} more. In a terminal, portholed links lists all of them, and portholed revoke ends them.`,
    suspended: (place: string) =>
      `Opens nothing: it was made for ${place}, which this display no longer is.`,
    list: (display: string) => `Links to ${display}`,
    here: 'for a browser of this machine',
    unused: 'not used yet',
    used: (uses: number, last: string) =>
      `used ${uses === 1 ? 'once' : `${uses} times`}, last ${last}`,
    made: (time: string) => `made ${time}`,
    revoke: 'Revoke',
    revokeThis: (link: string) => `Revoke: ${link}`,
    revokeAll: 'Revoke all…',
    revokeAllThis: (display: string) => `Revoke all… links to ${display}`,
    revokeAllQuestion: (display: string) =>
      `Revoke all links to ${display}? Whoever came by one is disconnected.`,
    revokeAllNo: 'Keep them',
    revokeAllYes: 'Revoke all',
  },

  orphans: {
    list: 'Links of displays that have left the config',
    gone: (display: string, end: string) =>
      `${display} has left the config. Its links open nothing. They are removed ${end}, unless it comes back before.`,
    revoke: 'Revoke now',
    revokeThis: (display: string) => `Revoke now: all links to ${display}`,
  },

  share: {
    title: (display: string) => `Share ${display}`,
    rights: 'Visitors may',
    control: 'See and control',
    controlMore: 'Keyboard, mouse and clipboard work for them too.',
    view: 'Only see',
    viewMore: 'Nothing they do reaches the display.',
    ends: 'How long the link works',
    endsNever: 'Until I stop it',
    more: 'And also',
    once: 'Once only',
    onceMore: 'The first visitor uses it up.',
    ask: 'Ask me first',
    askMore: 'Each visitor waits until you allow it.',
    pin: 'With a PIN',
    pinMore: 'Visitors type a number that you tell them.',
    copy: 'Copy link',
    cancel: 'Cancel',

    copied: 'Link copied.',
    copiedMore: (display: string) => `Send it to whoever is to see ${display}.`,
    made: 'The link is ready.',
    madeMore: 'It is not on the clipboard yet.',
    qr: (display: string) => `The link to ${display} as a QR code`,
    scan: 'Or scan it with a phone',
    link: 'Link',
    copyThis: 'Copy',
    copyThisLink: 'Copy this link',
    copiedThis: 'Copied',
    addresses: 'Address',
    opens: {
      checking: 'Trying it…',
      yes: 'Opens',
      doubt: 'Opens here',
      no: 'Does not open',
    },
    tryAgain: 'Try again',
    pinTitle: 'PIN',
    pinTell: 'Tell it by another way than the link, such as a call.',
    encrypt: 'Encrypt',
    encryptLinks: 'Encrypt links',
    plain: 'Not encrypted: whoever is on the same network can read along, the link too.',
    encrypted: 'Encrypted with your certificate.',
    encryptedGenerated:
      'Encrypted. Browsers will warn, because Porthole made the certificate itself: visitors can compare its fingerprint.',
    fingerprint: 'SHA-256 fingerprint',
    close: 'Close',
    closeNote: 'The link works on when this is closed.',
    revoke: 'Revoke',
    revokeThis: 'Revoke this link',
  },

  history: {
    title: 'History',
    note: 'Who came by a link, in the last 30 days.',
    reading: 'Reading it…',
    nobody: 'Nobody has come yet.',
    today: 'Today',
    control: 'control',
    view: 'view only',
    lasts: 'still here, or cut off by the end of Porthole',
    visits: (count: number) => `${count} visits`,
    only: (shown: number, all: number) =>
      `These are the latest ${shown} of ${all} visits; the export has all.`,
    export: 'Export…',
    close: 'Close',
  },

  ...settings,
};

/** What a language has to say. One that leaves something out, or says too much, does not compile. */
export type Texts = typeof en;
