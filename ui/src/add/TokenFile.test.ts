import { afterEach, expect, test } from 'vitest';
import type { TokenFileView } from '../bindings/TokenFileView';
import { nothing, tokenFile } from '../fixtures';
import {
  asked,
  click,
  close,
  enter,
  field,
  focused,
  labels,
  open,
  show,
  text,
  write,
} from '../testing';

afterEach(close);

const path = 'Path of the token file';

/** The window with this seen in the file that was named. */
async function sees(change: Partial<TokenFileView>) {
  await open(nothing);
  await click('Import a token file');
  await write(path, tokenFile.file);
  await enter(path);
  await show({ ...nothing, tokenFile: { ...tokenFile, ...change } });
}

test('a file is looked into and imported, by the keyboard', async () => {
  await sees({});
  const { file } = tokenFile;
  expect(asked).toEqual([{ type: 'lookIntoTokenFile', file }]);
  expect(text()).toContain('3 tokens lead to 2 VNC servers.');
  expect(text()).toContain('127.0.0.1:5901 1 token in the list as Alice');
  expect(text()).toContain('127.0.0.1:5902 2 tokens will be added');
  expect(text()).toContain(tokenFile.link);
  expect(focused()).toBe('Import');
  await click('Import');
  expect(asked.at(-1)).toEqual({ type: 'importTokenFile', file });
});

test('what is wrong with it is named, and it is not imported', async () => {
  await sees({ faults: ['/etc/novnc/tokens:3: no <b>colon</b>.'] });
  expect(text()).toContain('/etc/novnc/tokens:3: no <b>colon</b>.');
  expect(labels()).not.toContain('Import');
  await show({ ...nothing, tokenFile: { ...tokenFile, faults: null } });
  expect(text()).toContain('Reading…');
});

test('what follows from it is said', async () => {
  await sees({ more: 7, replaces: '/old', exposed: 'Others can read it.' });
  for (const words of [
    'to 9 VNC servers',
    '7 more are not listed',
    '/old',
    'Others can read it.',
  ]) {
    expect(text()).toContain(words);
  }
  expect(text()).toContain('only while a shared link is active');
  await show({ ...nothing, tokenFile: { ...tokenFile, open: true } });
  expect(text()).toContain('see listen in the config');
});

test('another path has to be looked into first', async () => {
  await sees({});
  await write(path, '/etc/other');
  expect(labels()).not.toContain('Import');
  await write(path, ' ');
  await click('Preview');
  expect(asked).toHaveLength(1);
  expect(document.activeElement).toBe(field(path));
});

test.each([
  ['a chosen file is looked into', '/home/alice/tokens', 2],
  ['no file was chosen', null, 1],
])('%s', async (_, chosen, count) => {
  await open(nothing, { 'plugin:dialog|open': chosen });
  await click('Import a token file');
  await click('Choose a file…');
  await new Promise(requestAnimationFrame);
  const looks = asked.filter(({ type }) => type === 'lookIntoTokenFile');
  expect(looks).toHaveLength(count - 1);
  expect(field(path).value).toBe(chosen ?? '');
});
