import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { QuestionView } from './bindings/QuestionView';
import type { Snapshot } from './bindings/Snapshot';
import { launched } from './fixtures';
import { asked, click, close, focused, labels, open, press, show, text } from './testing';

afterEach(close);

const running = {
  kind: 'running',
  since: Date.UTC(2026, 10, 22),
  memory: null,
  user: 'bob',
  xDisplay: ':3',
} as const;

const stopAll: QuestionView = {
  ending: { type: 'stopAll' },
  name: null,
  yes: { type: 'stopAllAndQuit' },
  desktops: ['Bob', '<b>Carol</b>'],
  visitors: [{ address: '192.0.2.4', display: 'Bob' }],
  links: 0,
  unseen: false,
};
const stop: QuestionView = {
  ...stopAll,
  ending: { type: 'stop', display: 'bob' },
  name: 'Bob',
  yes: { type: 'stopDisplay', display: 'bob' },
  desktops: ['Bob'],
};
const restart: QuestionView = {
  ...stop,
  ending: { type: 'restart', display: 'bob' },
  yes: { type: 'restartDisplay', display: 'bob' },
  visitors: [],
};
const quit: QuestionView = {
  ...stopAll,
  ending: { type: 'quit' },
  yes: { type: 'quit' },
  desktops: [],
};
const closeWindow: QuestionView = {
  ...quit,
  ending: { type: 'closeWindow' },
  visitors: [...stopAll.visitors, ...stopAll.visitors],
  links: 2,
};

const asking = (question: QuestionView | null): Snapshot => ({ ...launched(running), question });

const work = (it: string) => `All programs on ${it} will close and unsaved work will be lost.`;

describe.each([
  [
    stopAll,
    'Stop all and quit',
    [
      'Stop all desktops and quit Porthole?',
      '<b>Carol</b>',
      work('them'),
      '1 visitor will be disconnected: 192.0.2.4, connected to Bob',
    ],
  ],
  [stop, 'Stop it', ['Stop Bob?', work('it'), '1 visitor will be disconnected: 192.0.2.4']],
  [restart, 'Restart it', ['Restart Bob?', work('it')]],
  [quit, 'Quit', ['Quit Porthole?', '1 visitor will be disconnected', 'Desktops keep running.']],
  [
    closeWindow,
    'Quit',
    [
      'Closing the window quits Porthole',
      '2 visitors will be disconnected',
      '2 shared links will not open anything until you start Porthole again.',
    ],
  ],
] as const)('%o', (question, yes, words) => {
  beforeEach(() => open(asking(question)));

  test('names what is lost, and has the focus on the answer that changes nothing', () => {
    for (const part of words) expect(text()).toContain(part);
    expect(document.querySelector('dialog b')).toBeNull();
    expect(labels('dialog')).toEqual([yes, 'Keep running']);
    expect(focused()).toBe('Keep running');
  });

  test('yes does it', async () => {
    await click(yes);
    expect(asked).toEqual([question.yes]);
  });

  test('no does nothing', async () => {
    await click('Keep running');
    expect(asked).toEqual([{ type: 'cancelQuestion' }]);
  });
});

test('it follows what would be lost, and keeps the focus', async () => {
  await open(asking(quit));
  await show(asking({ ...quit, visitors: [...quit.visitors, ...quit.visitors] }));
  expect(text()).toContain('2 visitors will be disconnected');
  expect(focused()).toBe('Keep running');
});

test('it stands in front of a dialog, and visitors are seen in it alone', async () => {
  const visitor = {
    id: 1,
    display: 'Bob',
    address: '192.0.2.9',
    rights: 'view',
    since: 0,
  } as const;
  await open({ ...asking(null), doctor: [], asking: [visitor] });
  await show({ ...asking(stop), doctor: [], asking: [visitor] });
  expect(labels('dialog').filter((label) => label === 'Deny 192.0.2.9')).toHaveLength(1);
  expect(focused()).toBe('Keep running');
  await show({ ...asking(null), doctor: [], asking: [visitor] });
  expect(document.querySelectorAll('dialog')).toHaveLength(1);
});

test('afterwards the focus is in the row again, and stays there', async () => {
  await open(asking(null));
  await click('Stop Bob');
  await show(asking(stop));
  await show(asking(null));
  expect(focused()).toBe('Stop Bob');
  await show(launched({ kind: 'stopping' }));
  expect(focused()).toBe('Stop Bob');
  await show(launched({ kind: 'stopped' }));
  expect(focused()).toBe('Start Bob');
});

test('Escape is no', async () => {
  await open(asking(stop));
  document.querySelector('dialog')?.dispatchEvent(new Event('cancel', { cancelable: true }));
  await press('Escape');
  expect(asked).toEqual([{ type: 'cancelQuestion' }]);
});
