import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import type { GatewayEvent } from '../src/events';
import { Desktop } from './desktop';

/** The policy of the pages, as `crates/gateway/src/pages.rs` has it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const KINDS: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** One visitor at the gateway: the test plays the gateway's part. */
export class Visit {
  readonly desktop: Desktop;
  readonly #socket: WebSocket;
  /** What the page offered. */
  readonly protocols: string[];

  constructor(socket: WebSocket, protocols: string[]) {
    this.#socket = socket;
    this.protocols = protocols;
    this.desktop = new Desktop(socket);
  }

  tell(event: GatewayEvent): void {
    this.#socket.send(JSON.stringify(event));
  }

  /** Lets the visitor in, on these terms. */
  async welcome(terms: Partial<Extract<GatewayEvent, { type: 'welcome' }>> = {}): Promise<void> {
    this.tell({
      type: 'welcome',
      display: 'Alice',
      rights: 'control',
      secondsLeft: null,
      once: false,
      ...terms,
    });
    await this.desktop.show('host:1 (alice)');
  }

  close(code: number, reason = ''): void {
    this.#socket.close(code, reason);
  }

  /** As when the network goes away. */
  cut(): void {
    this.#socket.terminate();
  }
}

/** Serves the page as it is built, and hands each visitor to the test. */
export class Gateway {
  readonly #http: Server;
  readonly #arrived: Visit[] = [];
  readonly #awaited: ((visit: Visit) => void)[] = [];
  /** Why WebSockets are refused from now on, as the gateway tells its page. */
  #why: { refused: string | null; name: string; setting: string } | undefined;

  static async start(folder: string): Promise<Gateway> {
    const gateway = new Gateway(folder);
    await new Promise<void>((ready) => gateway.#http.listen(0, '127.0.0.1', ready));
    return gateway;
  }

  private constructor(folder: string) {
    this.#http = createServer((request, response) => {
      if (request.method === 'POST' && 'x-porthole-why' in request.headers) {
        response.end(JSON.stringify(this.#why ?? { refused: null, name: '', setting: '' }));
        return;
      }
      const path = new URL(request.url ?? '/', 'http://any').pathname;
      const name = path === '/v' ? 'v.html' : normalize(path);
      readFile(join(folder, name)).then(
        (body) => {
          response.setHeader('Content-Type', KINDS[extname(name)] ?? 'text/plain');
          response.setHeader('Content-Security-Policy', POLICY);
          response.end(body);
        },
        () => response.writeHead(404).end(),
      );
    });
    const sockets = new WebSocketServer({
      server: this.#http,
      handleProtocols: () => 'binary',
      verifyClient: () => this.#why === undefined,
    });
    sockets.on('connection', (socket, request) => {
      const offered = request.headers['sec-websocket-protocol'] ?? '';
      const visit = new Visit(
        socket,
        offered.split(',').map((protocol) => protocol.trim()),
      );
      const awaited = this.#awaited.shift();
      if (awaited) awaited(visit);
      else this.#arrived.push(visit);
    });
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** Refuses every WebSocket from now on. */
  refuse(refused: 'host' | 'origin' | null, name = '', setting = ''): void {
    this.#why = { refused, name, setting };
  }

  /** The next visitor. */
  visit(): Promise<Visit> {
    const visit = this.#arrived.shift();
    return visit ? Promise.resolve(visit) : new Promise((found) => this.#awaited.push(found));
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((stopped) => this.#http.close(stopped));
  }
}
