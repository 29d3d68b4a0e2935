import { expect, test } from 'vitest';
import { readReason } from './reason';

test('a reason is UTF-8 or Latin-1, and ends where its words do', () => {
  const utf8 = String.fromCharCode(...new TextEncoder().encode('Zugriff für Bär'));
  expect(readReason(utf8)).toBe('Zugriff für Bär');
  expect(readReason('Zugriff f\xfcr B\xe4r\0')).toBe('Zugriff für Bär');
  expect(readReason('Authentication failed\0')).toBe('Authentication failed');
  expect(readReason('\0')).toBe('');
  expect(readReason('one\r\ntwo')).toBe('one  two');
});
