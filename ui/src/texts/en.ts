import { settings } from './en-settings';

/** All that the window says, in English. What the program itself says (causes, advice, notices) comes as sentences. */
export const en = {
  header: {
    title: 'Displays',
    openable: (openable: number, all: number) =>
      `${openable} of ${all} ${all === 1 ? 'display' : 'displays'} can be opened`,
    watching: (count: number) => `${count} ${count === 1 ? 'viewer' : 'viewers'} connected`,
    network: { open: 'Other computers can connect', closed: 'Only this computer can connect' },
    add: 'Add a display',
  },

  footer: {
    listening: 'Listening on',
    history: 'History',
    doctor: 'Troubleshoot',
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
    title: 'There is an error in the config file.',
    lastGood: 'Porthole keeps using the last valid version.',
  },

  notice: { dismiss: 'Dismiss', copyPath: 'Copy the path' },

  advice: { copy: 'Copy the command', copied: 'Copied' },

  add: {
    title: 'Add a display',
    first: 'What do you want to show?',
    more: 'Choose one. You get a link; anyone who opens it in a browser sees the screen.',
    demo: 'Or try the demo first. It needs no setup and shows what visitors will see.',
    close: 'Close',
    screen: {
      title: 'This screen',
      more: 'Others see your monitor and can use it with you if you allow it.',
      share: 'Share this screen',
    },
    desktop: {
      title: 'A new desktop',
      more: 'A separate desktop that runs in the background until you stop it.',
      name: 'Name',
      start: 'Start a desktop',
      taken: 'That name is taken. Choose another.',
    },
    server: {
      title: 'A VNC server that is already running',
      more: 'On this computer or another one. Porthole makes links to it without changing it.',
      found: 'Found on this computer',
      address: 'Address',
      example: '192.168.1.5:5901 or :1',
      password: 'Password, if it has one',
      add: 'Add',
      addThis: (target: string) => `Add ${target}`,
      addTyped: 'Add this address',
      trying: (target: string) => `Trying ${target}…`,
      asks: (target: string) => `${target} needs a password. Type it and press Add.`,
      refused: (target: string) =>
        `${target} did not accept this password. Type it again and press Add.`,
      anyway: 'Add anyway',
    },
    tokens: {
      title: 'A websockify token file',
      more: 'Its links keep working and its displays are added to your list.',
      open: 'Import a token file',
      file: 'Path of the token file',
      example: '/etc/novnc/tokens',
      choose: 'Choose a file…',
      look: 'Preview',
      take: 'Import',
      reading: 'Reading…',
      faulty: 'Fix this first:',
      holds: (tokens: number, targets: number) =>
        `${tokens} ${tokens === 1 ? 'token leads' : 'tokens lead'} to ${targets} ${targets === 1 ? 'VNC server' : 'VNC servers'}.`,
      targets: 'VNC servers in the token file',
      tokens: (count: number) => (count === 1 ? '1 token' : `${count} tokens`),
      added: 'will be added',
      known: (display: string) => `in the list as ${display}`,
      rest: (count: number) => `${count} more are not listed, but their tokens work.`,
      goOn: 'Each token keeps working as a link that never expires. Visitors type the VNC password themselves:',
      reachedByAll: 'Other computers can use these links (see listen in the config).',
      reachedHere:
        'Other computers can use these links only while a shared link is active, unless you set listen in the config.',
      followed:
        'The file stays where it is and changes take effect immediately. To list new servers, import it again.',
      replaces: (file: string) => `This replaces ${file}. Its tokens stop working.`,
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
    picture: (name: string) => `Live thumbnail of ${name}`,
    lastPicture: (name: string) => `Last thumbnail of ${name}`,
    recheck: 'Check again',
    recheckThis: (name: string) => `Check again: ${name}`,
    reach: {
      checking: 'Checking…',
      reachable: 'Online',
      asksPassword: 'Password needed',
      unreachable: 'Offline',
    },
    password: {
      asks: 'Visitors have to type the VNC password. Save it here to skip that and show a thumbnail.',
      refused: 'Wrong password. Try again.',
      label: 'VNC password',
      keep: 'Save',
      keepThis: (name: string) => `Save the password for ${name}`,
    },
  },

  launch: {
    stopped: 'Stopped',
    starting: 'Starting…',
    running: 'Running',
    stopping: 'Stopping…',
    ended: 'Ended',
    unavailable: 'Cannot start',
    about: (name: string) => `About ${name}`,
    since: 'since',
    as: 'as',
    on: 'on',
    memory: (bytes: string) => `${bytes} of memory`,
    whenOpened: 'Starts when someone opens it.',
    endedAt: (time: string) => `Ended: ${time}. It starts again when someone opens it.`,
    endingPrograms: 'closing its programs',
    start: 'Start',
    startThis: (name: string) => `Start ${name}`,
    stop: 'Stop',
    stopThis: (name: string) => `Stop ${name}`,
    restart: 'Restart',
    restartThis: (name: string) => `Restart ${name}`,
    tryAgain: 'Try again',
    tryThisAgain: (name: string) => `Try again: ${name}`,
    log: 'Last lines of its log',
    logOf: (name: string) => `Log of ${name}`,
  },

  watchers: {
    list: (display: string) => `Connected to ${display}`,
    since: 'since',
    control: 'Control',
    mayControl: (address: string, display: string) => `${address} can control ${display}`,
    toViewer: 'Sent to the viewer',
    toDisplay: 'Sent to the display',
    disconnect: 'Disconnect',
    disconnectThis: (address: string, display: string) => `Disconnect ${address} from ${display}`,
  },

  asking: {
    title: 'Waiting for your answer',
    wants: {
      control: (display: string) => `wants to see and control ${display}`,
      view: (display: string) => `wants to see ${display}`,
    },
    waiting: (since: string) => `Waiting since ${since}`,
    allow: 'Allow',
    allowThis: (address: string) => `Allow ${address}`,
    allowView: 'Allow view only',
    allowViewThis: (address: string) => `Allow view only: ${address}`,
    deny: 'Deny',
    denyThis: (address: string) => `Deny ${address}`,
  },

  terms: {
    control: 'Control',
    view: 'View only',
    once: 'one visit',
    ask: 'asks you first',
    pin: 'with PIN',
    ends: (when: string) => `ends ${when}`,
    endsNever: 'until you stop it',
  },

  links: {
    summary: (count: number) => (count === 1 ? '1 active link' : `${count} active links`),
    /** Not all of them open the display. */
    summarySome: (count: number) =>
      count === 1 ? '1 link, which opens nothing' : `${count} links, some of which open nothing`,
    more: (count: number) =>
      `And ${count} more. In a terminal, portholed links lists all of them, and portholed revoke ends them.`,
    suspended: (place: string) =>
      `Opens nothing: it was made for ${place}, which this display no longer is.`,
    list: (display: string) => `Links to ${display}`,
    here: 'for a browser on this computer',
    unused: 'not used yet',
    used: (uses: number, last: string) =>
      `used ${uses === 1 ? 'once' : `${uses} times`}, last ${last}`,
    made: (time: string) => `made ${time}`,
    revoke: 'Revoke',
    revokeThis: (link: string) => `Revoke: ${link}`,
    revokeAll: 'Revoke all…',
    revokeAllThis: (display: string) => `Revoke all… links to ${display}`,
    revokeAllQuestion: (display: string) =>
      `Revoke all links to ${display}? Anyone using one is disconnected.`,
    revokeAllNo: 'Keep them',
    revokeAllYes: 'Revoke all',
  },

  orphans: {
    list: 'Links to displays that are no longer in the config',
    gone: (display: string, end: string) =>
      `${display} is no longer in the config, so its links open nothing. They are removed ${end} unless it comes back first.`,
    revoke: 'Revoke now',
    revokeThis: (display: string) => `Revoke now: all links to ${display}`,
  },

  share: {
    title: (display: string) => `Share ${display}`,
    rights: 'Visitors can',
    control: 'View and control',
    controlMore: 'They can use the keyboard, mouse and clipboard.',
    view: 'View only',
    viewMore: 'They can watch but not change anything.',
    ends: 'Link expires after',
    endsNever: 'Until I stop it',
    more: 'Options',
    once: 'One visit only',
    onceMore: 'Works for one visit, then no more.',
    ask: 'Ask me first',
    askMore: 'You approve each visitor.',
    pin: 'With a PIN',
    pinMore: 'Visitors type a number that you tell them.',
    copy: 'Copy link',
    cancel: 'Cancel',

    copied: 'Link copied.',
    copiedMore: (display: string) => `Send it to the person you want to share ${display} with.`,
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
      yes: 'Reachable',
      doubt: 'Opens on this computer',
      no: 'Not reachable',
    },
    tryAgain: 'Try again',
    pinTitle: 'PIN',
    pinTell: 'Send the PIN separately, for example by phone.',
    encrypt: 'Encrypt',
    encryptLinks: 'Encrypt links',
    plain: 'Not encrypted: anyone on this network can see the session and the link.',
    encrypted: 'Encrypted with your certificate.',
    encryptedGenerated:
      'Encrypted. Browsers will show a warning because the certificate is self-signed. Visitors can compare its fingerprint.',
    fingerprint: 'SHA-256 fingerprint',
    close: 'Close',
    closeNote: 'The link keeps working after you close this.',
    revoke: 'Revoke',
    revokeThis: 'Revoke this link',
  },

  history: {
    title: 'History',
    note: 'Visits in the last 30 days.',
    reading: 'Loading…',
    nobody: 'No visits yet.',
    today: 'Today',
    control: 'control',
    view: 'view only',
    lasts: 'still connected, or Porthole stopped',
    visits: (count: number) => `${count} visits`,
    only: (shown: number, all: number) =>
      `These are the latest ${shown} of ${all} visits. Export for all of them.`,
    export: 'Export…',
    close: 'Close',
  },

  ...settings,
};

/** What a language has to say. One that leaves something out, or says too much, does not compile. */
export type Texts = typeof en;
