import type { LinkFault } from './link';
import type { Close } from './socket';

/** Why there is no picture, in words for a person. */
export interface Ending {
  title: string;
  cause: string;
  next: string;
  /**
   * `auto`: the page tries again by itself. `offer`: only when asked, by the button named `action`.
   * `never`: trying again cannot help.
   */
  retry: 'auto' | 'offer' | 'never';
  action: string;
}

/** What is known at the end of a connection. */
export interface Outcome extends Close {
  /** The desktop was on the screen. */
  connected: boolean;
  /** noVNC gave up before the socket closed: it did not understand the server. */
  gaveUp: boolean;
}

/** The close codes are those of the gateway (`crates/gateway/src/end.rs`). */
export function endingOf({ code, reason, opened, connected, gaveUp }: Outcome): Ending {
  if (gaveUp) return NOT_UNDERSTOOD;
  if (code === 1006 && !opened) return UNREACHABLE;
  const known = BY_CODE[code];
  if (known === undefined)
    return { ...UNEXPECTED, cause: sentence(reason) || `The connection ended with code ${code}.` };
  if (code === 1000) return closed(known, connected, reason);
  return TELLS_MORE.has(code) ? { ...known, cause: sentence(reason) || known.cause } : known;
}

/** Porthole knows why a desktop ended that it started itself, and starts it again for whoever comes. */
function closed(known: Ending, connected: boolean, reason: string): Ending {
  const title = connected ? known.title : 'The desktop did not start';
  if (reason === '' || reason === TARGET_CLOSED) return { ...known, title };
  return { ...known, title, cause: sentence(reason), next: 'Reconnect to start it again.' };
}

/** The gateway's reason when it knows no more than that. */
const TARGET_CLOSED = 'Target closed';

/** Where the gateway's reason says what this page cannot know; elsewhere it repeats the code in fewer words. */
const TELLS_MORE = new Set([1002, 1003, 1009, 1011, 4004, 4006]);

/** The server refused the password or the way of asking for it. */
export function endingOfRefusal(reason: string | undefined, passwordSent: boolean): Ending {
  return passwordSent
    ? {
        title: 'Not let in',
        cause: sentence(reason) || 'The VNC server did not accept the password.',
        next: 'Check the password and try again.',
        retry: 'offer',
        action: 'Enter it again',
      }
    : {
        title: 'The VNC server refused',
        cause: sentence(reason) || 'It gave no reason.',
        next: 'Check the security settings of the VNC server.',
        retry: 'offer',
        action: 'Try again',
      };
}

export function endingOfLink(fault: LinkFault): Ending {
  return LINK_FAULTS[fault];
}

/** The person pressed Disconnect. */
export const LEFT: Ending = {
  title: 'Disconnected',
  cause: 'You left this desktop. It keeps running.',
  next: 'Reconnect whenever you like, or close this page.',
  retry: 'offer',
  action: 'Reconnect',
};

/** The page's own parts could not be loaded: most likely the gateway was updated meanwhile. */
export const PAGE_OUT_OF_DATE: Ending = {
  title: 'This page is out of date',
  cause: 'A part of the viewer could not be loaded from Porthole.',
  next: 'Reload the page.',
  retry: 'offer',
  action: 'Try again',
};

const UNREACHABLE: Ending = {
  title: 'Porthole cannot be reached',
  cause: 'Nothing answered at this address, or the answer did not get through.',
  next: 'Check that Porthole is running and that this device is on the right network.',
  retry: 'auto',
  action: 'Try now',
};

const UNEXPECTED: Omit<Ending, 'cause'> = {
  title: 'The connection ended',
  next: 'Try again. If it keeps happening, look into the log of Porthole.',
  retry: 'offer',
  action: 'Reconnect',
};

const NOT_UNDERSTOOD: Ending = {
  title: 'The VNC server was not understood',
  cause: 'It sent something that this viewer cannot read.',
  next: 'Reconnect. If it happens again, try another quality setting or look into the log of the VNC server.',
  retry: 'offer',
  action: 'Reconnect',
};

/** Either end stopped hearing the other. */
const LOST: Ending = {
  title: 'Connection lost',
  cause: 'The network went away, or Porthole did.',
  next: 'This page connects again by itself.',
  retry: 'auto',
  action: 'Try now',
};

const BROKE_THE_RULES: Ending = {
  title: 'The gateway ended the connection',
  cause: 'It received something from this page that it does not allow.',
  next: 'Reload the page. If it happens again, look into the log of Porthole.',
  retry: 'offer',
  action: 'Reconnect',
};

const BY_CODE: Partial<Record<number, Ending>> = {
  1000: {
    title: 'The desktop has closed',
    cause: 'The VNC server ended the connection: you logged out, or it was stopped.',
    next: 'Reconnect once it has been started again.',
    retry: 'offer',
    action: 'Reconnect',
  },
  1001: {
    title: 'Porthole is shutting down',
    cause: 'The gateway was stopped or is being restarted.',
    next: 'This page connects again as soon as it is back.',
    retry: 'auto',
    action: 'Try now',
  },
  1002: BROKE_THE_RULES,
  1003: BROKE_THE_RULES,
  1006: LOST,
  1009: BROKE_THE_RULES,
  1011: {
    title: 'The desktop cannot be reached',
    cause: 'Porthole is running, but the VNC server behind it does not answer.',
    next: 'Check that the VNC server is running. This page keeps trying.',
    retry: 'auto',
    action: 'Try now',
  },
  1012: {
    title: 'Porthole is restarting',
    cause: 'The gateway will be back in a moment.',
    next: 'This page connects again by itself.',
    retry: 'auto',
    action: 'Try now',
  },
  4001: {
    title: 'This link is not valid',
    cause: 'It was mistyped, has expired, or was withdrawn.',
    next: 'Ask for a new link, or copy it again in Porthole.',
    retry: 'never',
    action: '',
  },
  4002: {
    title: 'Ended by the owner',
    cause: 'The owner of this desktop ended your session.',
    next: 'Ask the owner before you come back.',
    retry: 'offer',
    action: 'Reconnect',
  },
  4003: {
    title: 'This desktop has changed',
    cause: 'It was changed or removed in the configuration of Porthole.',
    next: 'Reconnect to see whether it is still there.',
    retry: 'offer',
    action: 'Reconnect',
  },
  4004: {
    title: 'The VNC server refused',
    cause: 'Porthole reached the VNC server, but was not let in.',
    next: 'Check the password and the security settings of this display in Porthole.',
    retry: 'offer',
    action: 'Try again',
  },
  4005: {
    title: 'Too many wrong links',
    cause: 'Too many links that are not valid came from this address.',
    next: 'Wait a minute, then try again.',
    retry: 'offer',
    action: 'Try again',
  },
  4006: BROKE_THE_RULES,
  4007: {
    title: 'The time of this link is over',
    cause: 'The link was made for a limited time.',
    next: 'Ask for a new link, or copy it again in Porthole.',
    retry: 'never',
    action: '',
  },
  4008: LOST,
};

const LINK_FAULTS: Record<LinkFault, Ending> = {
  incomplete: {
    title: 'This link is incomplete',
    cause: 'The part after the # is missing, which says what to open.',
    next: 'Open the whole link again, or copy it again in Porthole.',
    retry: 'never',
    action: '',
  },
  damaged: {
    title: 'This link is damaged',
    cause:
      'It holds characters that no link has. A mail or chat program may have added or broken something.',
    next: 'Copy the link again in Porthole and paste it into the address bar.',
    retry: 'never',
    action: '',
  },
  foreign: {
    title: 'This link leads elsewhere',
    cause: 'It names another server, and this page only connects to the one that it came from.',
    next: 'Ask for a link that belongs to this address.',
    retry: 'never',
    action: '',
  },
};

/** The gateway's reason as a sentence: a capital letter, unless it begins with a name or an address, and a full stop. */
function sentence(reason: string | undefined): string {
  const text = (reason?.trim() ?? '').replace(
    /^[a-z]+(?= )/,
    (word) => word.charAt(0).toUpperCase() + word.slice(1),
  );
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}
