import { expect, test } from 'vitest';
import { endingOf, endingOfLink, endingOfRefusal, pinWanted, type Outcome } from './endings';

const outcome = (code: number, rest: Partial<Outcome> = {}): Outcome => ({
  code,
  reason: '',
  opened: true,
  connected: true,
  gaveUp: false,
  ...rest,
});

test.each([
  [1000, 'offer'],
  [1001, 'auto'],
  [1002, 'offer'],
  [1003, 'offer'],
  [1006, 'auto'],
  [1009, 'offer'],
  [1011, 'auto'],
  [1012, 'auto'],
  [4001, 'never'],
  [4002, 'offer'],
  [4003, 'offer'],
  [4004, 'offer'],
  [4005, 'offer'],
  [4006, 'offer'],
  [4007, 'never'],
  [4008, 'auto'],
  [4011, 'offer'],
  [4012, 'offer'],
  [4013, 'offer'],
  [4014, 'offer'],
  [4015, 'offer'],
  [4016, 'never'],
  [4017, 'offer'],
  [4018, 'offer'],
  [4999, 'offer'],
])('code %i: retry %s, with title, cause and next step', (code, retry) => {
  const ending = endingOf(outcome(code));
  expect(ending.retry).toBe(retry);
  expect([ending.title, ending.cause, ending.next]).not.toContain('');
  expect(ending.action === '').toBe(retry === 'never');
});

test("the gateway's reason is the cause where it tells more, as a sentence", () => {
  for (const reason of ['Target closed', 'Target closed.', 'Ziel zu', ''])
    expect(endingOf(outcome(1000, { reason }))).toEqual(endingOf(outcome(1000)));
  expect(endingOf(outcome(4999, { reason: 'Tide is out' })).cause).toBe('Tide is out.');
  expect(endingOf(outcome(1011, { reason: '127.0.0.1:5901 refused the connection' })).cause).toBe(
    '127.0.0.1:5901 refused the connection.',
  );
  expect(endingOf(outcome(4004, { reason: 'wrong password!' })).cause).toBe('Wrong password!');
});

test('a gateway that never answered is not a lost connection', () => {
  const never = endingOf(outcome(1006, { opened: false, connected: false }));
  expect(never.title).not.toBe(endingOf(outcome(1006)).title);
  expect(never.retry).toBe('auto');
});

test('a desktop that ended before it was seen did not close', () => {
  expect(endingOf(outcome(1000, { connected: false })).title).not.toBe(
    endingOf(outcome(1000)).title,
  );
});

test('a desktop that Porthole started says why it ended', () => {
  const ending = endingOf(outcome(4018, { reason: 'The session ended: its user logged out.' }));
  expect(ending.cause).toBe('The session ended: its user logged out.');
  expect(ending.next).toContain('start it again');
  expect(ending.retry).toBe('offer');
  // The code says it, whatever the words are.
  const asWebsockify = endingOf(outcome(4018, { reason: 'Target closed' }));
  expect(asWebsockify).toMatchObject({ cause: 'Target closed.', next: ending.next });
});

test('why a desktop could not be started is not for visitors', () => {
  const ending = endingOf(outcome(4014, { connected: false, reason: 'There is no user `zoe`' }));
  expect(ending.cause).not.toContain('zoe');
  expect(ending.next).toContain('owner');
  expect(ending.quoted).toBe(false);
  expect(ending.retry).toBe('offer');
});

test('only sentences of the gateway are quoted', () => {
  expect(endingOf(outcome(1011)).quoted).toBe(false);
  expect(endingOf(outcome(1011, { reason: 'no route to host' })).quoted).toBe(true);
  expect(endingOf(outcome(4011, { reason: 'Denied' })).quoted).toBe(false);
});

test('a PIN that is wanted ends nothing', () => {
  expect(pinWanted(4009)).toEqual({ wrong: false });
  expect(pinWanted(4010)).toEqual({ wrong: true });
  expect(pinWanted(4011)).toBeUndefined();
});

test('an unknown code names itself', () => {
  expect(endingOf(outcome(4999)).cause).toContain('4999');
});

test('a server that noVNC does not understand is not retried', () => {
  expect(endingOf(outcome(1006, { gaveUp: true })).retry).toBe('offer');
});

test('a refused password can be entered again', () => {
  expect(endingOfRefusal('Authentication failed', true)).toMatchObject({
    cause: 'Authentication failed.',
    action: 'Enter it again',
  });
  expect(endingOfRefusal(undefined, false).cause).not.toBe('');
});

test('a faulty link is never retried', () => {
  for (const fault of ['incomplete', 'damaged', 'foreign'] as const) {
    expect(endingOfLink(fault).retry).toBe('never');
  }
});
