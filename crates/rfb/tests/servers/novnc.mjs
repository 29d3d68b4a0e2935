// noVNC's core logs in to a server on this machine: PORT USER PASSWORD TARGET. What it needs of a browser is made up.
import { Buffer } from 'node:buffer';
import console from 'node:console';
import { connect } from 'node:net';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const [, , core, port, username, password, target] = process.argv;

/** Something that is, has and does anything. */
const anything = () => {
  const known = new Map();
  return new Proxy(function () {}, {
    get: (_, name) => {
      if (name === Symbol.toPrimitive) return () => 0;
      if (!known.has(name)) known.set(name, anything());
      return known.get(name);
    },
    set: (_, name, value) => {
      known.set(name, value);
      return true;
    },
    has: () => false,
    apply: () => anything(),
    construct: () => anything(),
  });
};
globalThis.document = anything();
globalThis.window = globalThis;
globalThis.addEventListener = () => {};
globalThis.removeEventListener = () => {};
globalThis.isSecureContext = true;
globalThis.navigator ??= { userAgent: 'node', platform: 'node' };
globalThis.requestAnimationFrame = () => {};
globalThis.ResizeObserver = globalThis.MutationObserver = globalThis.Image = anything();
globalThis.WebSocket ??= { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };

const { default: RFB } = await import(pathToFileURL(core).href);
const socket = connect(Number(port), '127.0.0.1');
await new Promise((resolve) => socket.once('connect', resolve));
const channel = {
  binaryType: 'arraybuffer',
  protocol: '',
  readyState: 1,
  onopen: null,
  onmessage: null,
  onclose: null,
  onerror: null,
  send: (bytes) => socket.write(Buffer.from(bytes)),
  close: () => socket.destroy(),
};
const rfb = new RFB(anything(), channel, { credentials: { username, password, target } });
rfb.addEventListener('serververification', () => rfb.approveServer());
rfb.addEventListener('securityfailure', ({ detail }) => console.error('refused', detail));
socket.on('data', (bytes) => channel.onmessage?.({ data: new Uint8Array(bytes).buffer }));
// Once it is in it goes on talking, and the server has gone.
for (const end of ['close', 'error']) socket.on(end, () => process.exit(0));
