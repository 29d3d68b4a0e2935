import type { Left } from '../clock';

/**
 * Every word of the page, in English. The other languages have the shape of this one, which the compiler checks.
 * Names that come in as parameters are foreign text, and possibly empty.
 */
export const en = {
  page: {
    desktop: (name: string) => (name === '' ? 'Desktop' : `Desktop: ${name}`),
    wayOut: 'Press and release Control, Alt and Shift together to reach the controls.',
  },

  progress: {
    connecting: 'Connecting…',
    again: 'Trying again…',
    starting: 'Starting the desktop…',
    asking: (name: string) =>
      name === ''
        ? 'The owner of this desktop is being asked…'
        : `${possessive(name)} owner is being asked…`,
  },

  status: {
    connected: (name: string) => (name === '' ? 'Connected.' : `Connected to ${name}.`),
    soon: 'Trying again soon.',
  },

  asking: {
    title: 'Waiting to be let in',
    hint: 'You are connected as soon as the answer is yes. Leave this page open.',
    leave: 'Stop waiting',
  },

  pin: {
    title: 'This link has a PIN',
    hint: 'Whoever gave you the link can tell you.',
    label: 'PIN',
    wrong: 'That was not the PIN. Check it and try again.',
    connect: 'Connect',
  },

  rights: {
    control: 'Control',
    view: 'View only',
    canControl: 'You can control this desktop now.',
    canOnlyLook: 'You can only look at this desktop now.',
    lookOnly: 'View only: its owner lets you look at this desktop, not touch it.',
    choseToLook: 'View only: you chose so under View.',
  },

  time: {
    left: ({ days, hours, minutes }: Left) => {
      if (days > 0) return `${days} days left`;
      return hours === 0 ? `${minutes} min left` : `${hours} h ${twoDigits(minutes)} min left`;
    },
    endsSoon: (minutes: number) =>
      minutes === 1
        ? 'This link ends in a minute.'
        : `This link ends in ${minutes} minutes. Save what you need.`,
  },

  toolbar: {
    name: 'Controls',
    show: 'Show the controls',
    showHint: 'Show the controls (Ctrl + Alt + Shift)',
    keyboard: 'On-screen keyboard',
    keys: 'Keys',
    clipboard: 'Clipboard',
    drag: 'Drag the view',
    view: 'View',
    fullscreen: 'Full screen',
    leaveFullscreen: 'Leave full screen',
    disconnect: 'Disconnect',
    fold: 'Fold away',
  },

  keys: {
    names: {
      Escape: 'Esc',
      Tab: 'Tab',
      Delete: 'Del',
      PrintScreen: 'Print',
      ControlLeft: 'Ctrl',
      AltLeft: 'Alt',
      ShiftLeft: 'Shift',
      MetaLeft: 'Super',
      ArrowLeft: 'Left',
      ArrowUp: 'Up',
      ArrowDown: 'Down',
      ArrowRight: 'Right',
    },
    ctrlAltDel: 'Ctrl + Alt + Del',
    hold: 'Hold down',
    functionKeys: 'Function keys',
    /** Stands behind the names of the three keys. */
    chord: ', pressed and let go, moves the keyboard between the desktop and these controls.',
    row: 'More keys',
    typing: 'Typing goes to the desktop',
  },

  clipboard: {
    label: 'Clipboard of the desktop',
    hint: 'What the desktop copies appears here. What you write or paste here, you can paste on the desktop.',
    refused: 'The browser did not give its clipboard. Paste the text here instead.',
    tooLong: (kib: number) => `That is too much text: a clipboard takes ${kib} KiB at most.`,
    take: 'Take from this device',
    copy: 'Copy to this device',
    copied: 'Copied.',
  },

  view: {
    size: 'Size',
    scalings: {
      fit: 'Fit',
      remote: 'Resize',
      actual: '1:1',
    },
    hints: {
      fit: 'The picture is scaled to this page.',
      remote: 'The desktop takes the size of this page, if it can.',
      actual: 'The picture is shown pixel by pixel.',
    },
    quality: 'Quality',
    compression: 'Compression',
    viewOnly: 'View only: send no keys, pointer or clipboard',
    byOwner: 'The owner of this desktop lets you look only.',
  },

  credentials: {
    title: 'This desktop asks who you are',
    password: 'This desktop asks for a password',
    fields: { username: 'User name', password: 'Password', target: 'Machine' },
    plainHttp: 'This page came over plain http: others on the network could read along.',
    connect: 'Connect',
    cancel: 'Cancel',
  },

  trust: {
    title: 'Is this the right desktop?',
    hint: 'The VNC server shows this fingerprint. Compare it with the one that its owner gave you.',
    cancel: 'Cancel',
    yes: 'It is the right one',
  },

  retry: {
    banner: 'Reconnecting',
    /** Stands before a number of seconds. */
    in: 'Trying again in',
    disconnect: 'Disconnect',
  },

  paste: {
    label: 'Link',
    hint: 'Or paste a link here:',
    open: 'Open',
    wrong: 'That is no link of this address.',
  },

  endings: {
    closed: {
      title: 'The desktop has closed',
      cause: 'The VNC server ended the connection: you logged out, or it was stopped.',
      next: 'Reconnect once it has been started again.',
      action: 'Reconnect',
    },
    neverStarted: {
      title: 'The desktop did not start',
      cause: 'The VNC server ended the connection: you logged out, or it was stopped.',
      next: 'Reconnect once it has been started again.',
      action: 'Reconnect',
    },
    notStarted: {
      title: 'The desktop did not start',
      cause: 'Porthole could not start this desktop.',
      next: 'Its owner can see why in Porthole. Try again when it is mended.',
      action: 'Try again',
    },
    shuttingDown: {
      title: 'Porthole is shutting down',
      cause: 'The gateway was stopped or is being restarted.',
      next: 'This page connects again as soon as it is back.',
      action: 'Try now',
    },
    brokeTheRules: {
      title: 'The gateway ended the connection',
      cause: 'It received something from this page that it does not allow.',
      next: 'Reload the page. If it happens again, look into the log of Porthole.',
      action: 'Reconnect',
    },
    lost: {
      title: 'Connection lost',
      cause: 'The network went away, or Porthole did.',
      next: 'This page connects again by itself.',
      action: 'Try now',
    },
    noGateway: {
      title: 'Porthole cannot be reached',
      cause: 'Nothing answered at this address, or the answer did not get through.',
      next: 'Check that Porthole is running and that this device is on the right network.',
      action: 'Try now',
    },
    wrongHost: {
      title: 'This address is not known to Porthole',
      cause: 'It was asked for by a name that it does not answer to.',
      next: 'Whoever runs Porthole has to allow the name, or the reverse proxy has to pass it on.',
      action: 'Try again',
    },
    wrongOrigin: {
      title: 'This address is not known to Porthole',
      cause: 'This page came from an address whose pages may not connect.',
      next: 'Whoever runs Porthole has to allow the address.',
      action: 'Try again',
    },
    blocked: {
      title: 'The connection is blocked on the way',
      cause:
        'Porthole answers, but its WebSocket does not get through. Most likely a reverse proxy does not pass it on.',
      next: 'In NGINX, set proxy_http_version 1.1 and pass on the headers Upgrade and Connection. The log of Porthole says what arrived.',
      action: 'Try now',
    },
    noDesktop: {
      title: 'The desktop cannot be reached',
      cause: 'Porthole is running, but the VNC server behind it does not answer.',
      next: 'Check that the VNC server is running. This page keeps trying.',
      action: 'Try now',
    },
    restarting: {
      title: 'Porthole is restarting',
      cause: 'The gateway will be back in a moment.',
      next: 'This page connects again by itself.',
      action: 'Try now',
    },
    notValid: {
      title: 'This link is not valid',
      cause: 'It was mistyped, has expired, was withdrawn, or was good for one visit only.',
      next: 'Ask for a new link, or copy it again in Porthole.',
      action: '',
    },
    byOwner: {
      title: 'Ended by the owner',
      cause: 'The owner of this desktop ended your session.',
      next: 'Contact the owner if you need to reconnect.',
      action: 'Reconnect',
    },
    revoked: {
      title: 'This link was revoked',
      cause: 'The owner of this desktop ended the link, and your session with it.',
      next: 'Contact the owner if you need a new link.',
      action: '',
    },
    changed: {
      title: 'This desktop has changed',
      cause: 'It was changed or removed in the configuration of Porthole.',
      next: 'Reconnect to see whether it is still there.',
      action: 'Reconnect',
    },
    serverRefused: {
      title: 'The VNC server refused',
      cause: 'Porthole reached the VNC server, but was not let in.',
      next: 'Check the password and the security settings of this display in Porthole.',
      action: 'Try again',
    },
    tooMany: {
      title: 'Too many wrong links',
      cause: 'Too many links that are not valid came from this address.',
      next: 'Wait a minute, then try again.',
      action: 'Try again',
    },
    expired: {
      title: 'The time of this link is over',
      cause: 'The link was made for a limited time.',
      next: 'Ask for a new link, or copy it again in Porthole.',
      action: '',
    },
    denied: {
      title: 'You were not let in',
      cause: 'The owner of this desktop was asked, and said no.',
      next: 'Talk to the owner, then ask again.',
      action: 'Ask again',
    },
    notAnswered: {
      title: 'Nobody answered',
      cause: 'The owner of this desktop was asked, and did not answer in time.',
      next: 'Ask again when the owner is at the screen.',
      action: 'Ask again',
    },
    full: {
      title: 'No room for more viewers',
      cause: 'As many people as allowed are connected already.',
      next: 'Try again when somebody has left, or ask the owner of this desktop.',
      action: 'Try again',
    },
    tooManyWaiting: {
      title: 'Many others are waiting',
      cause: 'Too many visitors are already waiting for this link.',
      next: 'Try again in a few minutes, when they have been answered.',
      action: 'Ask again',
    },
    useNotSaved: {
      title: 'This link cannot be used now',
      cause: 'It works once, and Porthole cannot save that it was used. Its disk may be full.',
      next: 'Tell the owner of this desktop. The link is not used up: try again once there is room.',
      action: 'Try again',
    },
    passwordRefused: {
      title: 'Not let in',
      cause: 'The VNC server did not accept the password.',
      next: 'Check the password and try again.',
      action: 'Enter it again',
    },
    securityRefused: {
      title: 'The VNC server refused',
      cause: 'It gave no reason.',
      next: 'Check the security settings of the VNC server.',
      action: 'Try again',
    },
    notUnderstood: {
      title: 'The VNC server was not understood',
      cause: 'It sent something that this viewer cannot read.',
      next: 'Reconnect. If it happens again, try another quality setting or look into the log of the VNC server.',
      action: 'Reconnect',
    },
    left: {
      title: 'Disconnected',
      cause: 'You left this desktop. It keeps running.',
      next: 'Reconnect whenever you like, or close this page.',
      action: 'Reconnect',
    },
    outOfDate: {
      title: 'This page is out of date',
      cause: 'A part of the viewer could not be loaded from Porthole.',
      next: 'Reload the page.',
      action: 'Try again',
    },
    unexpected: {
      title: 'The connection ended',
      cause: 'The gateway gave no reason.',
      next: 'Try again. If it keeps happening, look into the log of Porthole.',
      action: 'Reconnect',
    },
    incomplete: {
      title: 'This link is incomplete',
      cause: 'The part after the # is missing, which says what to open.',
      next: 'Open the whole link again, or copy it again in Porthole.',
      action: '',
    },
    damaged: {
      title: 'This link is damaged',
      cause:
        'It holds characters that no link has. A mail or chat program may have added or broken something.',
      next: 'Copy the link again in Porthole and paste it into the address bar.',
      action: '',
    },
    foreign: {
      title: 'This link leads elsewhere',
      cause: 'It names another server, and this page only connects to the one that it came from.',
      next: 'Ask for a link that belongs to this address.',
      action: '',
    },
  },
  /** Where the gateway says what it does not know, and what would change that. */
  refused: {
    host: (name: string) => `It was asked for as “${name}”, a name that it does not answer to.`,
    origin: (name: string) => `This page came from ${name}, and pages from there may not connect.`,
    add: (setting: string) => `Whoever runs Porthole can add this to its configuration: ${setting}`,
  },
  /** Where the end of a desktop has a reason of its own. */
  usedUp: 'This link was for one visit only. Ask for a new link.',
  startAgain: 'Reconnect to start it again.',
  endedWithCode: (code: number) => `The connection ended with code ${code}.`,
};

export type Texts = typeof en;

function possessive(name: string): string {
  return /s$/i.test(name) ? `${name}’` : `${name}’s`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
