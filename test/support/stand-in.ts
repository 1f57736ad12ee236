import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type WebSocket, WebSocketServer } from 'ws';
import { CLIP_FPS, type Clip } from './clip.ts';

const DIST = fileURLToPath(new URL('../../web/dist/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** As strict as the gateway's own: a page that needs more fails here. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
  "connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/** One viewer's connection in the hands of a test. */
export interface Viewer {
  readonly socket: WebSocket;
  readonly url: string;
  /** The text messages of the page, parsed. */
  readonly said: Record<string, unknown>[];
  text(message: object): void;
  /** The text message and the binary init segment. */
  describe(clip: Clip): void;
  /**
   * Frames `from` to `to` (exclusive): the first `atOnce` together, then one every 40 ms; before a key frame its `clock`, as the
   * gateway says it. Ends early when the page leaves.
   */
  play(clip: Clip, from: number, to: number, atOnce?: number): Promise<void>;
}

/**
 * A gateway without cameras for tests of the page: its files, the API's answers from `answers`, and a WebSocket that `onViewer` scripts.
 * It lives under the path /sub/, as behind a reverse proxy.
 */
export class StandIn {
  /** The one that is accepted; another one from now on makes the page's a wrong one. */
  token = 'secret-of-the-stand-in';
  /** `METHOD path` (below /api/v1/) → body; a function is called with the query and the body of the request, and its result sent. */
  readonly answers = new Map<string, unknown>();
  readonly asked: string[] = [];
  /** What the token may do, as the gateway says it with every answer. */
  access: 'control' | 'look' = 'control';
  /** Pages of a test's own, by their path below /sub/. */
  readonly #pages = new Map<string, { html: string; policy: string }>();
  onViewer: (viewer: Viewer) => void = () => {};
  readonly #events = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('gbgate.v1') ? 'gbgate.v1' : false),
  });

  /** On a free port, or on `port`: a gateway that comes back where it was. */
  static async open(port = 0): Promise<StandIn> {
    const standIn = new StandIn();
    standIn.#server.on('upgrade', (request, socket, head) => {
      standIn.#sockets.handleUpgrade(request, socket, head, (ws) => standIn.onViewer(viewerOf(ws, request.url ?? '')));
    });
    await new Promise<void>((resolve) => standIn.#server.listen(port, '127.0.0.1', resolve));
    return standIn;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/sub/`;
  }

  /** Serves a page of a test's own at `path` below /sub/: `body` with the player's program, under the policy above or its own. */
  show(path: string, body: string, policy = POLICY): void {
    const html = `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="icon.svg"><title>test</title><script type="module" src="player.js"></script><body>${body}`;
    this.#pages.set(path, { html, policy });
  }

  /** Sends a server-sent event to every page, as the gateway writes it: without an `event:` line. */
  event(type: string, data: object): void {
    for (const response of this.#events) {
      response.write(`id: 1\ndata: ${JSON.stringify({ id: '1', type, data })}\n\n`);
    }
  }

  /** Ends every event stream, as a proxy does: the pages open them again. */
  dropEvents(): void {
    for (const response of this.#events) response.destroy();
  }

  /** Closes every viewer's socket, as the gateway does when a stream is over. */
  dropViewers(code: number, reason: string): void {
    for (const socket of this.#sockets.clients) socket.close(code, reason);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const path = url.pathname.replace(/^\/sub\//, '');
    if (path.startsWith('api/v1/')) {
      await this.#api(`${request.method} ${path.slice('api/v1/'.length)}`, request, url, response);
      return;
    }
    const page = this.#pages.get(path);
    if (page !== undefined) {
      response.writeHead(200, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': page.policy,
      });
      response.end(page.html);
      return;
    }
    const file = path === '' ? 'index.html' : normalize(path);
    try {
      const body = await readFile(join(DIST, file));
      response.writeHead(200, {
        'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
        'Content-Security-Policy': POLICY,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  }

  async #api(call: string, request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    this.asked.push(call);
    const shown = request.headers.authorization?.replace('Bearer ', '') ?? url.searchParams.get('token');
    if (shown !== this.token) {
      response.writeHead(401, { 'Content-Type': 'application/problem+json' });
      response.end(JSON.stringify({ status: 401, code: 'unauthorized', detail: 'A token is needed.' }));
      return;
    }
    if (call === 'GET events') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(': hello\n\n');
      this.#events.add(response);
      // as often as the gateway: a page gives up who says nothing
      const heartbeat = setInterval(() => response.write(': heartbeat\n\n'), 15_000);
      response.on('close', () => {
        clearInterval(heartbeat);
        this.#events.delete(response);
      });
      return;
    }
    let sent = '';
    for await (const piece of request) sent += String(piece);
    const answer = this.answers.get(call);
    const body: unknown =
      typeof answer === 'function'
        ? await answer(url.searchParams, sent === '' ? undefined : JSON.parse(sent))
        : answer;
    const status = body === undefined ? 404 : ((body as { status?: unknown }).status ?? 200);
    response.writeHead(typeof status === 'number' ? status : 200, {
      'Content-Type': 'application/json',
      'Gbgate-Access': this.access,
    });
    response.end(JSON.stringify(body ?? { status: 404, code: 'not_found', detail: call }));
  }
}

function viewerOf(socket: WebSocket, url: string): Viewer {
  const said: Record<string, unknown>[] = [];
  socket.on('message', (data, isBinary) => {
    if (!isBinary) said.push(JSON.parse(String(data)) as Record<string, unknown>);
  });
  const text = (message: object) => socket.send(JSON.stringify(message));
  return {
    socket,
    url,
    said,
    text,
    describe(clip) {
      text({
        type: 'init',
        mime: clip.mime,
        video: { codec: 'h264', width: clip.width, height: clip.height },
        audio: clip.hasAudio ? { codec: 'aac' } : null,
      });
      socket.send(clip.init);
    },
    async play(clip, from, to, atOnce = 1) {
      const startMs = performance.now();
      for (let i = from; i < to && i < clip.frames.length && socket.readyState === socket.OPEN; i++) {
        const frame = clip.frames[i];
        if (i % CLIP_FPS === 0)
          text({ type: 'clock', dts90k: (i * 90_000) / CLIP_FPS, time: new Date().toISOString() });
        if (frame !== undefined) socket.send(frame);
        const dueMs = startMs + Math.max(0, i - from - atOnce + 1) * 40;
        const waitMs = dueMs - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    },
  };
}
