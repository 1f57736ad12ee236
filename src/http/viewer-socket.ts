import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ViewerHandle } from '../gateway/port.ts';
import { isProblem } from '../gateway/views.ts';
import type { ViewerSink } from '../media/live/viewer.ts';
import type { HttpContext } from './context.ts';
import { isOriginAllowed } from './origin.ts';
import { ViewerControl } from './playback-command.ts';
import { closeOf } from './problem.ts';
import { splitAddress } from './signature.ts';
import { serveSpeaker, talkAddress } from './talk-socket.ts';
import { TOO_SLOW, viewerAddress, watch } from './viewer-address.ts';

/** Contract, viewers. */
export const PROTOCOL = 'gbgate.v1';
/** Contract: keeps proxies and NAT tables alive, and finds peers that are gone. */
export const PING_MS = 20_000;
/** A report is some 60 bytes; nothing longer is ever due. Longer messages close the socket (1009). */
export const MAX_MESSAGE_BYTES = 4096;
/** A report a second is due; one that sends this many within a second is closed (1008). */
export const MAX_MESSAGES_PER_SECOND = 50;
/** Each holds a file descriptor; the usual limit of a service is 65,536 and cameras need their share. */
export const MAX_SOCKETS = 10_000;

/** EDGE: WebSocket viewers on the HTTP server. */
export class ViewerSockets {
  readonly #context: HttpContext;
  readonly #wss = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    // Media does not shrink, and a deflate context costs 300 kB for each viewer.
    perMessageDeflate: false,
    clientTracking: true,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  readonly #alive = new WeakSet<WebSocket>();
  readonly #ping: NodeJS.Timeout;
  #isOver = false;

  constructor(server: Server, context: HttpContext) {
    this.#context = context;
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#ping = setInterval(() => this.#pingAll(), PING_MS);
    this.#ping.unref();
    context.metrics.gauge('viewer_sockets', () => this.#wss.clients.size);
  }

  /** Tells every viewer that we go (1001); sockets that do not answer are cut by `terminateAll`. */
  closeAll(): void {
    clearInterval(this.#ping);
    for (const socket of this.#wss.clients) socket.close(1001, 'shutting_down');
  }

  /** Cuts whoever is left. Who comes later is cut at once: nothing would end that socket any more. */
  terminateAll(): void {
    this.#isOver = true;
    for (const socket of this.#wss.clients) socket.terminate();
  }

  get count(): number {
    return this.#wss.clients.size;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (this.#isOver || this.#wss.clients.size >= MAX_SOCKETS) {
      this.#context.metrics.viewerRefused();
      socket.destroy();
      return;
    }
    this.#wss.handleUpgrade(request, socket, head, (ws) => this.#open(ws, request));
  }

  /** The upgrade is always accepted: a browser shows its page a close code, never an HTTP status. */
  #open(ws: WebSocket, request: IncomingMessage): void {
    // A frame that is none, or too long: ws says why in its close frame and cuts who does not answer it. Cutting it here
    // would throw the close frame away with what is unread.
    ws.on('error', () => this.#context.metrics.viewerMessageDropped());
    const channel = talkAddress(splitAddress(request.url ?? '/')[0]);
    if (channel !== null) {
      if (serveSpeaker(ws, request, channel, this.#context, ws.protocol === PROTOCOL)) this.#watch(ws);
      else this.#context.metrics.viewerRefused();
      return;
    }
    const viewer = this.#attach(ws, request);
    if (Array.isArray(viewer)) {
      this.#context.metrics.viewerRefused();
      ws.close(...viewer);
      return;
    }
    const { handle, control } = viewer;
    this.#watch(ws);
    ws.on('error', () => handle.close());
    ws.on('close', () => handle.close());
    this.#listen(ws, handle, control);
  }

  /** From now on it has to answer our pings. */
  #watch(ws: WebSocket): void {
    this.#alive.add(ws);
    ws.on('pong', () => this.#alive.add(ws));
  }

  /** The viewer, or the close code and reason word of its refusal. */
  #attach(ws: WebSocket, request: IncomingMessage): Attached | [code: number, reason: string] {
    const { gateway, auth, origins } = this.#context;
    const [path, query] = splitAddress(request.url ?? '/');
    if (!isOriginAllowed(request.headers, origins)) return [4401, 'origin'];
    const remote = request.socket.remoteAddress ?? '';
    const grant = auth.grant({ headers: request.headers, path, query, remote }, true);
    if (grant === 'unauthorized' || grant === 'locked') return closeOf('unauthorized');
    const address = viewerAddress(path, query);
    if (address === null) return closeOf('not_found');
    const sink = sinkOf(ws, this.#context.metrics);
    const protocol = ws.protocol === PROTOCOL;
    const handle = watch(gateway, address, sink, { protocol, singleInit: false });
    if (isProblem(handle)) return closeOf(handle.problem);
    const answer = (text: string): void => (protocol ? sink.sendText(text) : undefined);
    return { handle, control: new ViewerControl(gateway, address, grant, answer) };
  }

  #listen(ws: WebSocket, handle: ViewerHandle, control: ViewerControl): void {
    let windowStartMs = 0;
    let inWindow = 0;
    ws.on('message', (data, isBinary) => {
      const nowMs = performance.now();
      if (nowMs - windowStartMs >= 1000) {
        windowStartMs = nowMs;
        inWindow = 0;
      }
      if (++inWindow > MAX_MESSAGES_PER_SECOND) {
        this.#context.metrics.viewerMessageDropped();
        ws.close(1008, 'too_many_messages');
        ws.removeAllListeners('message');
        return;
      }
      const message = isBinary ? null : readMessage(String(data));
      if (message?.type === 'report') handle.report(message.bufferedEnd, message.currentTime);
      else if (message?.type === 'control') void control.take(message.fields, nowMs);
      else this.#context.metrics.viewerMessageDropped();
    });
  }

  #pingAll(): void {
    for (const ws of this.#wss.clients) {
      if (!this.#alive.has(ws)) {
        ws.terminate();
        continue;
      }
      this.#alive.delete(ws);
      if (ws.readyState === ws.OPEN) ws.ping();
    }
  }
}

interface Attached {
  readonly handle: ViewerHandle;
  readonly control: ViewerControl;
}

/** A WebSocket as the place where a viewer's messages go. */
function sinkOf(ws: WebSocket, metrics: HttpContext['metrics']): ViewerSink {
  const ignore = (): void => {};
  return {
    get bufferedBytes() {
      return ws.bufferedAmount;
    },
    sendBinary(bytes) {
      if (ws.readyState === ws.OPEN) ws.send(bytes, ignore);
    },
    sendText(text) {
      if (ws.readyState === ws.OPEN) ws.send(text, ignore);
    },
    close(code, reason) {
      if (code === TOO_SLOW) metrics.viewerTooSlow();
      ws.close(code, closeReason(reason));
    },
  };
}

/** RFC 6455 5.5: a control frame carries 125 bytes, two of them the code. `ws` throws on more. */
const MAX_REASON_BYTES = 123;

/** As much of a reason as a close frame carries, in whole characters: a device's own words may stand in it, and they are as long as it likes. */
function closeReason(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= MAX_REASON_BYTES) return reason;
  let end = MAX_REASON_BYTES;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/** What a viewer says; a control as it is, without its `type`. */
export type ViewerMessage =
  | { readonly type: 'report'; readonly bufferedEnd: number; readonly currentTime: number }
  | { readonly type: 'control'; readonly fields: Record<string, unknown> };

/** `{"type":"report","bufferedEnd","currentTime"}` in seconds, or `{"type":"control",…}`; null when it is something else. */
export function readMessage(text: string): ViewerMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { type, ...fields } = value as Record<string, unknown>;
  if (type === 'control') return { type, fields };
  const { bufferedEnd, currentTime } = fields;
  if (type !== 'report' || !isSeconds(bufferedEnd) || !isSeconds(currentTime)) return null;
  return { type, bufferedEnd, currentTime };
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value < 1e9;
}
