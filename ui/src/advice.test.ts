import { expect, test } from 'vitest';
import { readAdvice } from './advice';

test.each([
  ['Start it.', 'Start it.', undefined, ''],
  [
    'To install it: sudo apt install tigervnc-standalone-server.',
    'To install it:',
    'sudo apt install tigervnc-standalone-server',
    '',
  ],
  [
    'There is no desktop for bob: neither ~/.vnc/xstartup nor ~/.xsession. To install one: sudo apt install xfce4 dbus-x11 (or openbox). Or set `session` to a command',
    'There is no desktop for bob: neither ~/.vnc/xstartup nor ~/.xsession. To install one:',
    'sudo apt install xfce4 dbus-x11',
    '(or openbox). Or set `session` to a command',
  ],
  [
    'The account `bob` has expired. To reactivate it: chage -E -1 bob',
    'The account `bob` has expired. To reactivate it:',
    'chage -E -1 bob',
    '',
  ],
  [
    'Make it: sudo install -d -m 1777 -o root -g root /tmp/.X11-unix.',
    'Make it:',
    'sudo install -d -m 1777 -o root -g root /tmp/.X11-unix',
    '',
  ],
  [
    'To install it: sudo dnf group install xfce-desktop. Or set `session` to a command.',
    'To install it:',
    'sudo dnf group install xfce-desktop',
    'Or set `session` to a command.',
  ],
  [
    'To allow it, add this line with `visudo`: alice ALL=(bob) NOPASSWD: ALL.',
    'To allow it, add this line with `visudo`:',
    'alice ALL=(bob) NOPASSWD: ALL',
    '',
  ],
  [
    'So installieren Sie es: sudo apt install xfce4 dbus-x11. Oder nennen Sie einen Befehl als `session`.',
    'So installieren Sie es:',
    'sudo apt install xfce4 dbus-x11',
    'Oder nennen Sie einen Befehl als `session`.',
  ],
  ['Run this: rm -rf /', 'Run this: rm -rf /', undefined, ''],
])('%s', (text, words, command, rest) => {
  expect(readAdvice(text)).toEqual({ words, command, rest });
});
