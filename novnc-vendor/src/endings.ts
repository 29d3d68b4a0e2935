import type { LinkFault } from './link';
import type { Refusal } from './refusal';
import type { Close } from './socket';
import { texts, type Texts } from './texts';

/** Why there is no picture, in words for a person. */
export interface Ending {
  title: string;
  cause: string;
  next: string;
  /**
   * `auto`: the page tries again by itself. `offer`: only when asked, by the button named `action`.
   * `never`: trying again cannot help.
   */
  retry: Retry;
  action: string;
  /** The cause is the gateway's or the server's own sentence: foreign text, and English. */
  quoted: boolean;
}

type Retry = 'auto' | 'offer' | 'never';

/** What is known at the end of a connection. */
export interface Outcome extends Close {
  /** The desktop was on the screen. */
  connected: boolean;
  /** noVNC gave up before the socket closed: it did not understand the server. */
  gaveUp: boolean;
}

/** All ways in which a connection ends; `texts` has the words. */
type Kind = keyof Texts['endings'];

const RETRY: Record<Kind, Retry> = {
  closed: 'offer',
  neverStarted: 'offer',
  notStarted: 'offer',
  shuttingDown: 'auto',
  brokeTheRules: 'offer',
  lost: 'auto',
  noGateway: 'auto',
  wrongHost: 'offer',
  wrongOrigin: 'offer',
  blocked: 'auto',
  noDesktop: 'auto',
  restarting: 'auto',
  notValid: 'never',
  byOwner: 'offer',
  revoked: 'never',
  changed: 'offer',
  serverRefused: 'offer',
  tooMany: 'offer',
  expired: 'never',
  denied: 'offer',
  notAnswered: 'offer',
  full: 'offer',
  tooManyWaiting: 'offer',
  useNotSaved: 'offer',
  passwordRefused: 'offer',
  securityRefused: 'offer',
  notUnderstood: 'offer',
  left: 'offer',
  outOfDate: 'offer',
  unexpected: 'offer',
  incomplete: 'never',
  damaged: 'never',
  foreign: 'never',
};

/** The close codes are those of the gateway (`crates/gateway/src/session/close_reason.rs`). */
const BY_CODE: Partial<Record<number, Kind>> = {
  // 1000 and 4018: see `closed`.
  1001: 'shuttingDown',
  1002: 'brokeTheRules',
  1003: 'brokeTheRules',
  1006: 'lost',
  1009: 'brokeTheRules',
  1011: 'noDesktop',
  1012: 'restarting',
  4001: 'notValid',
  4002: 'byOwner',
  4003: 'changed',
  4004: 'serverRefused',
  4005: 'tooMany',
  4006: 'brokeTheRules',
  4007: 'expired',
  4008: 'lost',
  // 4009 and 4010 ask for a PIN, and end nothing.
  4011: 'denied',
  4012: 'notAnswered',
  4013: 'full',
  4014: 'notStarted',
  4015: 'tooManyWaiting',
  4016: 'revoked',
  4017: 'useNotSaved',
};

/** Where the gateway's reason says what this page cannot know; elsewhere it repeats the code in fewer words. */
const TELLS_MORE = new Set([1002, 1003, 1009, 1011, 4004, 4006]);

/** A desktop that Porthole started has ended, and its reason says why. 1000: some VNC server closed the connection. */
const DISPLAY_ENDED = 4018;

/** Why a connection ended. Codes that ask for a PIN are no end: see [`pinWanted`]. */
export function endingOf({ code, reason, opened, connected, gaveUp }: Outcome): Ending {
  if (gaveUp) return ending('notUnderstood');
  if (code === 1006 && !opened) return ending('noGateway');
  if (code === 1000 || code === DISPLAY_ENDED)
    return closed(connected, code === DISPLAY_ENDED, reason);
  const kind = BY_CODE[code];
  if (kind === undefined)
    return reason.trim() === ''
      ? { ...ending('unexpected'), cause: texts.endedWithCode(code) }
      : ending('unexpected', reason);
  return ending(kind, TELLS_MORE.has(code) ? reason : '');
}

/** Porthole knows why a desktop ended that it started itself, and starts it again for whoever comes. */
function closed(connected: boolean, byPorthole: boolean, reason: string): Ending {
  const kind = connected ? 'closed' : 'neverStarted';
  return byPorthole ? { ...ending(kind, reason), next: texts.startAgain } : ending(kind);
}

/** Whether a close code asks for a PIN: for the first time, or again because it was wrong. */
export function pinWanted(code: number): { wrong: boolean } | undefined {
  if (code === 4009) return { wrong: false };
  if (code === 4010) return { wrong: true };
  return undefined;
}

/** The server refused the password or the way of asking for it. */
export function endingOfRefusal(reason: string | undefined, passwordSent: boolean): Ending {
  return ending(passwordSent ? 'passwordRefused' : 'securityRefused', reason);
}

/** The gateway is there, but the WebSocket never opened. */
export function endingOfRefused(refusal: Refusal): Ending {
  if (refusal.kind === 'blocked') return ending('blocked');
  const words = ending(refusal.kind === 'host' ? 'wrongHost' : 'wrongOrigin');
  const { name, setting } = refusal;
  return {
    ...words,
    ...(name !== '' && { cause: texts.refused[refusal.kind](name) }),
    ...(setting !== '' && { next: texts.refused.add(setting) }),
  };
}

/** The same after a visit by a link that opens no second one: the page neither tries again nor offers to. */
export function withoutReturn(ending: Ending): Ending {
  if (ending.retry === 'never') return ending;
  return { ...ending, retry: 'never', action: '', next: texts.usedUp };
}

export function endingOfLink(fault: LinkFault): Ending {
  return ending(fault);
}

/** The person pressed Disconnect. */
export const LEFT = ending('left');

/** The page's own parts could not be loaded: most likely the gateway was updated meanwhile. */
export const PAGE_OUT_OF_DATE = ending('outOfDate');

function ending(kind: Kind, reason = ''): Ending {
  const words = { ...texts.endings[kind], retry: RETRY[kind] };
  const cause = sentence(reason);
  return cause === '' ? { ...words, quoted: false } : { ...words, cause, quoted: true };
}

/** A reason as a sentence: a capital letter, unless it begins with a name or an address, and a full stop. */
function sentence(reason: string): string {
  const text = reason
    .trim()
    .replace(/^[a-z]+(?= )/, (word) => word.charAt(0).toUpperCase() + word.slice(1));
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}
