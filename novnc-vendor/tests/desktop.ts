import type { WebSocket } from 'ws';

/** What a viewer asked a desktop to do. */
export type Asked =
  | { type: 'key'; keysym: number; down: boolean }
  | { type: 'pointer'; buttons: number; x: number; y: number }
  | { type: 'cut'; text: string }
  | { type: 'resize'; width: number; height: number };

const WIDTH = 640;
const HEIGHT = 400;

/** The length of a client message (RFC 6143 §7.5 and its extensions), as soon as its first bytes are there. */
function lengthOf(bytes: Buffer): number {
  const known = (at: number, length: () => number) => (bytes.length < at ? Infinity : length());
  switch (bytes[0]) {
    case 0:
      return 20;
    case 2:
      return known(4, () => 4 + 4 * bytes.readUInt16BE(2));
    case 3:
    case 150:
      return 10;
    case 4:
      return 8;
    case 5:
      return 6;
    case 6:
      return known(8, () => 8 + Math.abs(bytes.readInt32BE(4)));
    case 248:
      return known(9, () => 9 + bytes.readUInt8(8));
    case 251:
      return known(8, () => 8 + 16 * bytes.readUInt8(6));
    default:
      throw new Error(`a client message of type ${bytes[0]}`);
  }
}

/** A desktop that shows one picture, and remembers what it was asked to do. */
export class Desktop {
  readonly asked: Asked[] = [];
  readonly #socket: WebSocket;
  #received = Buffer.alloc(0);
  #wanted: { length: number; resolve: (bytes: Buffer) => void } | undefined;
  #painted = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#feed();
    });
  }

  /** Plays the server's part up to the picture. */
  async show(name: string): Promise<void> {
    this.#socket.send(Buffer.from('RFB 003.008\n'));
    await this.#read(12);
    this.#socket.send(Buffer.from([1, 1])); // one way in: None
    await this.#read(1);
    this.#socket.send(Buffer.from([0, 0, 0, 0]));
    await this.#read(1);
    this.#socket.send(serverInit(name));
    void this.#serve();
  }

  /** Plays the server's part up to the question for a password. */
  async askPassword(): Promise<void> {
    this.#socket.send(Buffer.from('RFB 003.008\n'));
    await this.#read(12);
    this.#socket.send(Buffer.from([1, 2])); // one way in: VncAuth, with its challenge
    await this.#read(1);
    this.#socket.send(Buffer.alloc(16, 7));
  }

  /** Puts text on the viewer's clipboard. */
  copy(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    const head = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32BE(bytes.length, 4);
    this.#socket.send(Buffer.concat([head, bytes]));
  }

  /** Says which locks are on (QEMU LED state, encoding -261). */
  leds({ caps, num }: { caps: boolean; num: boolean }): void {
    const state = Buffer.from([(num ? 2 : 0) | (caps ? 4 : 0)]);
    this.#socket.send(Buffer.concat([update, rectangle(0, 0, 0, -261), state]));
  }

  /** Says that the desktop has another size now. */
  resize(width: number, height: number): void {
    this.#socket.send(Buffer.concat([update, desktopSize(width, height, 0)]));
  }

  /** The keys that went down (`+`) and up (`-`), in their order. */
  keys(): string[] {
    return this.asked.flatMap((asked) =>
      asked.type === 'key' ? [`${written(asked.keysym)}${asked.down ? '+' : '-'}`] : [],
    );
  }

  /** The text that was typed, of keys that were pressed. */
  typed(): string {
    const pressed = this.asked.filter((asked) => asked.type === 'key' && asked.down);
    return pressed.map((asked) => (asked.type === 'key' ? written(asked.keysym) : '')).join('');
  }

  #feed(): void {
    const wanted = this.#wanted;
    if (!wanted || this.#received.length < wanted.length) return;
    this.#wanted = undefined;
    const bytes = this.#received.subarray(0, wanted.length);
    this.#received = this.#received.subarray(wanted.length);
    wanted.resolve(bytes);
  }

  #read(length: number): Promise<Buffer> {
    return new Promise((resolve) => {
      this.#wanted = { length, resolve };
      this.#feed();
    });
  }

  async #serve(): Promise<void> {
    for (;;) {
      let message = await this.#read(1);
      while (lengthOf(message) !== message.length) {
        const length = lengthOf(message);
        const more = length === Infinity ? 1 : length - message.length;
        message = Buffer.concat([message, await this.#read(more)]);
      }
      this.#answer(message);
    }
  }

  #answer(message: Buffer): void {
    switch (message[0]) {
      case 3:
        if (!this.#painted) this.#socket.send(picture());
        this.#painted = true;
        return;
      case 4:
        this.asked.push({
          type: 'key',
          keysym: message.readUInt32BE(4),
          down: message[1] === 1,
        });
        return;
      case 5:
        this.asked.push({
          type: 'pointer',
          buttons: message.readUInt8(1),
          x: message.readUInt16BE(2),
          y: message.readUInt16BE(4),
        });
        return;
      case 6:
        this.asked.push({ type: 'cut', text: message.subarray(8).toString('latin1') });
        return;
      case 251: {
        const [width, height] = [message.readUInt16BE(2), message.readUInt16BE(4)];
        this.asked.push({ type: 'resize', width, height });
        this.#socket.send(Buffer.concat([update, desktopSize(width, height, 1)]));
      }
    }
  }
}

/** What a key writes; its number if it writes nothing. */
function written(keysym: number): string {
  if (keysym >= 0x0100_0000) return String.fromCodePoint(keysym - 0x0100_0000);
  return keysym < 0x100 ? String.fromCharCode(keysym) : `<${keysym.toString(16)}>`;
}

function serverInit(name: string): Buffer {
  const text = Buffer.from(name);
  const head = Buffer.alloc(24);
  head.writeUInt16BE(WIDTH, 0);
  head.writeUInt16BE(HEIGHT, 2);
  head.set([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0], 4);
  head.writeUInt32BE(text.length, 20);
  return Buffer.concat([head, text]);
}

/** The head of an update of one rectangle. */
const update = Buffer.from([0, 0, 0, 1]);

function rectangle(x: number, width: number, height: number, encoding: number): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(x, 0);
  head.writeUInt16BE(width, 4);
  head.writeUInt16BE(height, 6);
  head.writeInt32BE(encoding, 8);
  return head;
}

/** Says that the desktop can be resized, and how large it is now; `by` 1: because this viewer asked. */
function desktopSize(width: number, height: number, by: number): Buffer {
  const screen = Buffer.alloc(20);
  screen.writeUInt8(1, 0);
  screen.writeUInt16BE(width, 12);
  screen.writeUInt16BE(height, 14);
  return Buffer.concat([rectangle(by, width, height, -308), screen]);
}

/** A dark sea with a window in it: raw, in noVNC's own pixel format. */
function picture(): Buffer {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 4, 255);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const inWindow = x > 60 && x < 420 && y > 60 && y < 300;
      const bar = inWindow && y < 84;
      const colour = bar
        ? [52, 84, 110]
        : inWindow
          ? [250, 250, 247]
          : [18, 66 + y / 8, 92 + y / 8];
      pixels.set(colour, (y * WIDTH + x) * 4);
    }
  }
  const size = Buffer.concat([update, desktopSize(WIDTH, HEIGHT, 0)]);
  return Buffer.concat([size, update, rectangle(0, WIDTH, HEIGHT, 0), pixels]);
}
