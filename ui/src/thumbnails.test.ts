import axe from 'axe-core';
import { afterEach, expect, test } from 'vitest';
import { alice, nothing } from './fixtures';
import { asked, close, labels, open, show } from './testing';

afterEach(close);

const name = 'Bob & Łukasz/1';
const bob = { ...alice, id: 'bob', name, picture: { number: 7, live: true } };

function picture(): HTMLImageElement {
  const image = document.querySelector<HTMLImageElement>('li img');
  if (!image) throw new Error('no picture');
  return image;
}

test('a picture says whose it is, and another has another address', async () => {
  await open({ ...nothing, displays: [bob] });
  expect(picture().alt).toBe(`Live thumbnail of ${name}`);
  const address = 'picture://localhost/bob';
  expect(picture().src).toBe(`${address}?7`);
  expect(picture().className).not.toContain('stale');

  await show({ ...nothing, displays: [{ ...bob, picture: { number: 8, live: false } }] });
  expect(picture().alt).toBe(`Last thumbnail of ${name}`);
  expect(picture().src).toBe(`${address}?8`);
  expect(picture().className).toContain('stale');
});

test('a click on it opens the display, once', async () => {
  await open({ ...nothing, displays: [bob] });
  picture().click();
  expect(asked).toEqual([{ type: 'open', display: 'bob' }]);
  await show({ ...nothing, displays: [{ ...bob, busy: true }] });
  picture().click();
  expect(asked).toHaveLength(1);
});

test('without a picture its place is kept, also for one that is gone', async () => {
  await open({ ...nothing, displays: [{ ...bob, picture: null }] });
  expect(document.querySelector('li img')).toBeNull();
  expect(document.querySelector('.none svg')).not.toBeNull();

  await show({ ...nothing, displays: [bob] });
  picture().dispatchEvent(new Event('error'));
  await show({ ...nothing, displays: [bob] });
  expect(document.querySelector('li img')).toBeNull();
  await show({ ...nothing, displays: [{ ...bob, picture: { number: 9, live: true } }] });
  expect(picture().src).toContain('?9');
});

test('it is no further stop of the keyboard, and in nobody’s way', async () => {
  await open({ ...nothing, displays: [{ ...bob, picture: null }] });
  const before = labels('li');
  await show({ ...nothing, displays: [bob] });
  expect(picture().closest('button')?.tabIndex).toBe(-1);
  expect(labels('li').filter((label) => label !== '')).toEqual(before);
  const { violations } = await axe.run(document.body);
  expect(violations.map(({ id }) => id)).toEqual([]);
});
