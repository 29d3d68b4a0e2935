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
    hint: 'You will be connected when they allow it. Keep this page open.',
    leave: 'Stop waiting',
  },

  pin: {
    title: 'This link has a PIN',
    hint: 'Ask the person who gave you the link.',
    label: 'PIN',
    wrong: 'Wrong PIN. Check it and try again.',
    connect: 'Connect',
  },

  rights: {
    control: 'Control',
    view: 'View only',
    canControl: 'You can control this desktop now.',
    canOnlyLook: 'You can now only view this desktop.',
    lookOnly: 'View only: the owner has not given you control.',
    choseToLook: 'View only: you turned this on under View.',
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
    fold: 'Hide controls',
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
    hint: 'Text copied on the desktop appears here. Text you type or paste here can be pasted on the desktop.',
    refused: 'Your browser blocked clipboard access. Paste the text here instead.',
    tooLong: (kib: number) => `That text is too long: the clipboard takes at most ${kib} KiB.`,
    take: 'Paste from this device',
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
      actual: 'Actual size: one pixel for each pixel of the desktop.',
    },
    quality: 'Quality',
    compression: 'Compression',
    viewOnly: 'View only: send no keys, pointer or clipboard',
    byOwner: 'The owner of this desktop allows viewing only.',
  },

  credentials: {
    title: 'This desktop needs a user name and password',
    password: 'This desktop needs a password',
    fields: { username: 'User name', password: 'Password', target: 'Machine' },
    plainHttp: 'This page is not encrypted (http): others on the network could read what you type.',
    connect: 'Connect',
    cancel: 'Cancel',
  },

  trust: {
    title: 'Is this the right desktop?',
    hint: 'Compare this fingerprint of the VNC server with the one its owner gave you.',
    cancel: 'Cancel',
    yes: 'Yes, connect',
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
    wrong: 'That link belongs to another address.',
  },

  endings: {
    closed: {
      title: 'The desktop has closed',
      cause: 'The desktop was logged out or stopped.',
      next: 'Reconnect once it has been started again.',
      action: 'Reconnect',
    },
    neverStarted: {
      title: 'The desktop did not start',
      cause: 'The desktop was logged out or stopped.',
      next: 'Reconnect once it has been started again.',
      action: 'Reconnect',
    },
    notStarted: {
      title: 'The desktop did not start',
      cause: 'Porthole could not start this desktop.',
      next: 'Its owner can see the cause in Porthole. Try again later.',
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
      next: 'Reload the page. If it happens again, check the Porthole log.',
      action: 'Reconnect',
    },
    lost: {
      title: 'Connection lost',
      cause: 'The network went away, or Porthole did.',
      next: 'This page connects again by itself.',
      action: 'Try now',
    },
    noGateway: {
      title: 'Cannot reach Porthole',
      cause: 'Nothing answered at this address.',
      next: 'Check that Porthole is running and that this device is on the right network.',
      action: 'Try now',
    },
    wrongHost: {
      title: 'This address is not known to Porthole',
      cause: 'You opened it under a name it does not answer to.',
      next: 'Whoever runs Porthole must allow that name, or the reverse proxy must pass on the original one.',
      action: 'Try again',
    },
    wrongOrigin: {
      title: 'This address is not known to Porthole',
      cause: 'Pages from this address are not allowed to connect.',
      next: 'Whoever runs Porthole must allow this address.',
      action: 'Try again',
    },
    blocked: {
      title: 'Something is blocking the connection',
      cause:
        'Porthole answers, but WebSocket connections fail. A reverse proxy is probably not passing them on.',
      next: 'In NGINX, set proxy_http_version 1.1 and pass on the headers Upgrade and Connection. The Porthole log shows what arrived.',
      action: 'Try now',
    },
    noDesktop: {
      title: 'Cannot reach the desktop',
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
      cause: 'It may be mistyped, expired, revoked or already used.',
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
      cause: 'Its owner changed or removed it in Porthole.',
      next: 'Reconnect to see whether it is still there.',
      action: 'Reconnect',
    },
    serverRefused: {
      title: 'The VNC server refused',
      cause: 'Porthole reached the VNC server, which did not let it in.',
      next: 'Check the password and the security settings of this display in Porthole.',
      action: 'Try again',
    },
    tooMany: {
      title: 'Too many wrong links',
      cause: 'Too many invalid links were opened from your address.',
      next: 'Wait a minute, then try again.',
      action: 'Try again',
    },
    expired: {
      title: 'This link has expired',
      cause: 'It was made for a limited time.',
      next: 'Ask for a new link, or copy it again in Porthole.',
      action: '',
    },
    denied: {
      title: 'You were not let in',
      cause: 'The owner of this desktop declined.',
      next: 'Talk to the owner, then ask again.',
      action: 'Ask again',
    },
    notAnswered: {
      title: 'Nobody answered',
      cause: 'The owner of this desktop did not answer in time.',
      next: 'Ask again when the owner is at the screen.',
      action: 'Ask again',
    },
    full: {
      title: 'No room for more viewers',
      cause: 'The maximum number of people is already connected.',
      next: 'Try again when someone has left, or ask the owner of this desktop.',
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
      title: 'Wrong password',
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
      title: 'Unexpected data from the VNC server',
      cause: 'It sent something this viewer cannot read.',
      next: 'Reconnect. If it happens again, try another quality setting or check the log of the VNC server.',
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
      next: 'Try again. If it keeps happening, check the Porthole log.',
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
        'It contains characters that links never have. A mail or chat program may have changed it.',
      next: 'Copy the link again in Porthole and paste it into the address bar.',
      action: '',
    },
    foreign: {
      title: 'This link leads elsewhere',
      cause: 'It names another server, and this page only connects to its own.',
      next: 'Ask for a link that belongs to this address.',
      action: '',
    },
  },
  /** Where the gateway says what it does not know, and what would change that. */
  refused: {
    host: (name: string) => `You opened it as “${name}”, a name it does not answer to.`,
    origin: (name: string) => `Pages from ${name} are not allowed to connect.`,
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
