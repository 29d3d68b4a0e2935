import { expect, test } from 'vitest';
import { readEvent } from './events';

const welcome = {
  type: 'welcome',
  display: 'Alice',
  rights: 'view',
  secondsLeft: 3540,
  once: true,
};

test.each([
  { type: 'waiting' },
  welcome,
  { ...welcome, secondsLeft: null },
  { type: 'rights', rights: 'control' },
])('%j', (event) => {
  expect(readEvent(JSON.stringify(event))).toEqual(event);
});

test('what a newer gateway says besides is passed over', () => {
  expect(readEvent('{"type":"waiting","since":7}')).toEqual({ type: 'waiting' });
});

test('a time that is none is no end', () => {
  for (const secondsLeft of ['7', -1, undefined])
    expect(readEvent(JSON.stringify({ ...welcome, secondsLeft }))).toMatchObject({
      secondsLeft: null,
    });
});

test.each([
  '',
  'waiting',
  'null',
  '7',
  '[]',
  '{"type":"applause"}',
  '{"type":"welcome","display":7,"rights":"view","secondsLeft":1}',
  '{"type":"welcome","display":"Alice","rights":"admin","secondsLeft":1}',
  '{"type":"rights"}',
])('not understood: %s', (frame) => {
  expect(readEvent(frame)).toBeUndefined();
});
