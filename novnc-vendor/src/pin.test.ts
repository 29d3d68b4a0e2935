import { expect, test } from 'vitest';
import { pinProtocol } from './pin';

test.each([
  ['0471', 'porthole.pin.30343731'],
  ['a/b,ü', 'porthole.pin.612f622cc3bc'],
  ['\n', 'porthole.pin.0a'],
])('%j', (pin, protocol) => {
  expect(pinProtocol(pin)).toBe(protocol);
});
