import { closingOf } from './closing.ts';
import { type Attachment, canDecode, MediaBuffer } from './media-buffer.ts';
import { isInitSegment, readMessage, type ServerMessage, SUBPROTOCOL } from './protocol.ts';
import type { Closing } from './state.ts';

/** What the page asks of a source. */
export type Command =
  /** Connects, after letting go of the connection there is; what follows carries `connection`. */
  | { readonly type: 'open'; readonly url: string; readonly connection: number }
  /** Lets go of the connection; what is buffered stays. */
  | { readonly type: 'close' }
  /** The video element cannot go on with this media source: the next init segment gets a new one. */
  | { readonly type: 'discard' }
  /** Where the video element plays, in seconds; said several times a second. */
  | { readonly type: 'position'; readonly currentTime: number }
  /** What comes in is handed on as well, from the next key frame on. */
  | { readonly type: 'copy'; readonly isOn: boolean }
  /** A message to the gateway. */
  | { readonly type: 'say'; readonly message: object }
  | { readonly type: 'dispose' };

/** What a source tells the page. */
export type SourceEvent =
  | { readonly type: 'opened' }
  /** The connection is over; the page decides when to try again. */
  | { readonly type: 'lost'; readonly closing: Closing; readonly reason: string }
  | { readonly type: 'undecodable'; readonly mime: string; readonly codec: string }
  | { readonly type: 'message'; readonly message: ServerMessage }
  /** Put this on the video element. */
  | { readonly type: 'attach'; readonly attachment: Attachment }
  /** The media that follows begins a new time line. */
  | { readonly type: 'fresh' }
  /** Media arrived in the buffer; said only in the first moments of a time line, while each frame counts. */
  | { readonly type: 'appended' }
  /** Once a second. */
  | { readonly type: 'second'; readonly bytes: number }
  /** A copy of what came in: an init segment, or media. */
  | { readonly type: 'piece'; readonly isInit: boolean; readonly bytes: Uint8Array<ArrayBuffer> };

/** A connection that opened and then brings nothing, not even the gateway's ping or word, is given up (it says no-media after 15 s itself). */
const SILENT_AFTER_MS = 30_000;
/** So long after the first media the page is told of each append: it starts, and skips what was sent since the last key frame. */
const TELL_APPENDS_MS = 2_000;

/**
 * CORRIDOR of one player: WebSocket → messages → media source. It runs in a worker where the browser allows it, so that a busy page
 * holds up neither the connection nor the media; else on the page. It never touches the video element.
 */
export class Source {
  readonly #emit: (event: SourceEvent, connection: number) => void;
  readonly #second: number;
  #connection = 0;
  #socket: WebSocket | null = null;
  #media: MediaBuffer | null = null;
  #mime = '';
  #codec = '';
  #init: Uint8Array<ArrayBuffer> | null = null;
  /** The first init segment of a connection restarts the time line. */
  #isFresh = true;
  #freshMs = 0;
  #heardMs = 0;
  #bytes = 0;
  #position = 0;
  #copying: 'off' | 'from-key' | 'on' = 'off';
  /** The gateway says `clock` before each key frame. */
  #isKeyNext = false;
  /** Of recorded footage, as the newest media came. */
  #rate = 1;
  /** A paused playback says nothing, for as long as it is paused. */
  #isPaused = false;

  constructor(emit: (event: SourceEvent, connection: number) => void) {
    this.#emit = emit;
    this.#second = Number(setInterval(() => this.#everySecond(), 1_000));
  }

  take(command: Command): void {
    switch (command.type) {
      case 'open':
        this.#open(command.url, command.connection);
        break;
      case 'close':
        this.#disconnect();
        break;
      case 'discard':
        this.#discard();
        break;
      case 'position':
        this.#position = command.currentTime;
        break;
      case 'copy':
        this.#copying = command.isOn ? 'from-key' : 'off';
        break;
      case 'say':
        this.#tell(command.message);
        break;
      case 'dispose':
        clearInterval(this.#second);
        this.#disconnect();
        this.#discard();
    }
  }

  #say(event: SourceEvent): void {
    this.#emit(event, this.#connection);
  }

  #disconnect(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  #discard(): void {
    this.#media?.close();
    this.#media = null;
  }

  #open(url: string, connection: number): void {
    this.#disconnect();
    this.#connection = connection;
    this.#isFresh = true;
    this.#mime = '';
    this.#heardMs = performance.now();
    this.#bytes = 0;
    this.#rate = 1;
    this.#isPaused = false;
    if (this.#copying === 'on') this.#copying = 'from-key';
    let socket: WebSocket;
    try {
      socket = new WebSocket(url, SUBPROTOCOL);
    } catch (error) {
      // No address, or one that a page over https must not open.
      this.#say({ type: 'lost', closing: 'lost', reason: String(error) });
      return;
    }
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    // A socket that was replaced may still deliver: only the one in charge is listened to.
    socket.onopen = () => {
      if (socket === this.#socket) this.#say({ type: 'opened' });
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.#socket) return;
      this.#heardMs = performance.now();
      if (typeof event.data === 'string') this.#text(event.data);
      else this.#binary(new Uint8Array(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(closingOf(event.code), event.reason);
    };
  }

  #lost(closing: Closing, reason: string): void {
    this.#disconnect();
    this.#say({ type: 'lost', closing, reason });
  }

  #text(json: string): void {
    const message = readMessage(json);
    if (message === null) return;
    if (message.type === 'init') {
      this.#mime = message.mime;
      this.#codec = message.video?.codec ?? message.audio?.codec ?? '';
    }
    if (message.type === 'clock') {
      this.#isKeyNext ||= message.isKey;
      this.#rate = message.rate ?? 1;
    }
    if (message.type === 'state') this.#isPaused = message.state === 'paused';
    this.#say({ type: 'message', message });
    if (message.type === 'init' && !canDecode(message.mime)) {
      this.#disconnect();
      this.#say({ type: 'undecodable', mime: message.mime, codec: this.#codec });
    }
  }

  #binary(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#mime === '') return;
    this.#bytes += bytes.length;
    if (isInitSegment(bytes)) {
      this.#init = bytes;
      if (this.#copying === 'on') this.#say({ type: 'piece', isInit: true, bytes });
      this.#describe();
    } else this.#copy(bytes);
    this.#media?.append(bytes);
  }

  #copy(bytes: Uint8Array<ArrayBuffer>): void {
    const isKey = this.#isKeyNext;
    this.#isKeyNext = false;
    if (this.#copying === 'from-key' && isKey && this.#init !== null) {
      this.#copying = 'on';
      this.#say({ type: 'piece', isInit: true, bytes: this.#init });
    }
    if (this.#copying === 'on') this.#say({ type: 'piece', isInit: false, bytes });
  }

  /** An init segment is about to be appended: into the buffer there is when it fits, else into a new one. */
  #describe(): void {
    if (this.#media?.fits(this.#mime)) {
      this.#media.changeType(this.#mime);
      if (this.#isFresh) this.#media.clear();
    } else {
      this.#discard();
      this.#isFresh = true;
      try {
        this.#attach();
      } catch (error) {
        this.#lost('lost', String(error));
        return;
      }
    }
    if (this.#isFresh) {
      this.#freshMs = performance.now();
      this.#say({ type: 'fresh' });
    }
    this.#isFresh = false;
  }

  #attach(): void {
    const media = new MediaBuffer({
      mime: this.#mime,
      position: () => this.#position,
      rate: () => this.#rate,
      onAppended: () => {
        if (performance.now() - this.#freshMs < TELL_APPENDS_MS) this.#say({ type: 'appended' });
      },
      onFault: (detail) => {
        if (media !== this.#media) return;
        this.#discard();
        if (this.#socket !== null) this.#lost('lost', detail);
      },
    });
    this.#media = media;
    this.#say({ type: 'attach', attachment: media.attachment });
  }

  #everySecond(): void {
    const socket = this.#socket;
    if (socket === null) return;
    if (performance.now() - this.#heardMs > SILENT_AFTER_MS && !this.#isPaused) {
      this.#lost('lost', '');
      return;
    }
    this.#say({ type: 'second', bytes: this.#bytes });
    this.#bytes = 0;
    const bufferedEnd = this.#media?.bufferedEnd ?? null;
    if (bufferedEnd !== null) this.#tell({ type: 'report', bufferedEnd, currentTime: this.#position });
  }

  #tell(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
