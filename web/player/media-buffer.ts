import { trackShape } from './protocol.ts';

/** Media that waits for its append. More means that the page was frozen: a new connection is cheaper than catching up. */
const MAX_QUEUED_BYTES = 48 * 1024 * 1024;
/** Media kept behind the position: steps back when paused; a live view never goes back. */
const KEEP_BEHIND_S = 6;
/** Trimmed when this much has gathered, so that a removal is rare. */
const TRIM_ABOVE_S = 12;
/** A hidden tab may stand still for hours: of what it has not shown, only so many seconds of watching before the newest are kept. */
const KEEP_UNSEEN_S = 20;

/** Safari on phones has only the managed kind, which must not be played on another screen. */
interface ManagedScope {
  ManagedMediaSource?: typeof MediaSource;
}

function mediaSourceClass(): typeof MediaSource | null {
  if (typeof MediaSource !== 'undefined') return MediaSource;
  return (globalThis as ManagedScope).ManagedMediaSource ?? null;
}

/** False where the browser has no Media Source Extensions at all. */
export function canBuffer(): boolean {
  return mediaSourceClass() !== null;
}

/** Whether this browser says it can decode `mime`. */
export function canDecode(mime: string): boolean {
  return mediaSourceClass()?.isTypeSupported(mime) ?? false;
}

type Job = { readonly bytes: Uint8Array } | { readonly mime: string } | { readonly clear: true };

/** What a video element plays: in a worker a handle that is transferred to the page, on the page an object URL. */
export type Attachment = { readonly handle: MediaSourceHandle } | { readonly url: string };

/**
 * One MediaSource with one SourceBuffer, fed through a queue: a source buffer takes one operation at a time. The same in a worker and
 * on the page. A new mime goes through `changeType`; another set of tracks needs a new MediaBuffer (`fits` says which).
 */
export class MediaBuffer {
  /** For the video element; nothing is appended before it is attached. */
  readonly attachment: Attachment;
  readonly #source: MediaSource;
  readonly #shape: string;
  readonly #position: () => number;
  readonly #rate: () => number;
  readonly #onAppended: () => void;
  readonly #onFault: (detail: string) => void;
  readonly #queue: Job[] = [];
  #mime: string;
  #buffer: SourceBuffer | null = null;
  #queuedBytes = 0;
  #isClosed = false;

  constructor(o: {
    mime: string;
    /** Seconds: where the video element plays. */
    position: () => number;
    /** Seconds of media that are played in a second. */
    rate: () => number;
    onAppended: () => void;
    /** The buffer is of no use any more; make a new one. */
    onFault: (detail: string) => void;
  }) {
    const MediaSourceClass = mediaSourceClass();
    if (MediaSourceClass === null) throw new TypeError('no MediaSource: ask canBuffer() first');
    this.#mime = o.mime;
    this.#shape = trackShape(o.mime);
    this.#position = o.position;
    this.#rate = o.rate;
    this.#onAppended = o.onAppended;
    this.#onFault = o.onFault;
    this.#source = new MediaSourceClass();
    this.#source.addEventListener('sourceopen', () => this.#open(), { once: true });
    const { handle } = this.#source as { handle?: MediaSourceHandle };
    this.attachment = handle === undefined ? { url: URL.createObjectURL(this.#source) } : { handle };
  }

  /** Seconds: the end of the newest media, or null before there is any. */
  get bufferedEnd(): number | null {
    if (this.#buffer === null || this.#source.readyState !== 'open') return null;
    const { buffered } = this.#buffer;
    return buffered.length === 0 ? null : buffered.end(buffered.length - 1);
  }

  /** True when `mime` can follow in this buffer. */
  fits(mime: string): boolean {
    return trackShape(mime) === this.#shape;
  }

  /** The init segments that follow are of this type. */
  changeType(mime: string): void {
    if (mime === this.#mime) return;
    this.#mime = mime;
    this.#queue.push({ mime });
    this.#pump();
  }

  /** Drops everything buffered and queued: the time line begins anew. */
  clear(): void {
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#queue.push({ mime: this.#mime }, { clear: true });
    this.#pump();
  }

  append(bytes: Uint8Array): void {
    this.#queuedBytes += bytes.length;
    if (this.#queuedBytes > MAX_QUEUED_BYTES) {
      this.#fail('the page was too slow');
      return;
    }
    this.#queue.push({ bytes });
    this.#pump();
  }

  /** The video element may keep the source; nothing comes into it any more. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue.length = 0;
    if ('url' in this.attachment) URL.revokeObjectURL(this.attachment.url);
  }

  #open(): void {
    if (this.#isClosed) return;
    try {
      this.#buffer = this.#source.addSourceBuffer(this.#mime);
    } catch (error) {
      this.#fail(String(error));
      return;
    }
    this.#buffer.addEventListener('updateend', () => {
      if (this.#isClosed) return;
      this.#onAppended();
      this.#pump();
    });
    this.#buffer.addEventListener('error', () => this.#fail('the browser could not read the media'));
    this.#pump();
  }

  #pump(): void {
    const buffer = this.#buffer;
    if (this.#isClosed || buffer === null || this.#source.readyState !== 'open' || buffer.updating) return;
    const job = this.#queue[0];
    if (job === undefined) return;
    try {
      if (this.#trim(buffer)) return;
      if ('bytes' in job) {
        const bytes = this.#takeBytes();
        buffer.appendBuffer(bytes);
        return;
      }
      this.#queue.shift();
      if ('clear' in job) {
        buffer.abort();
        buffer.remove(0, Number.POSITIVE_INFINITY);
        return;
      }
      buffer.changeType(job.mime);
    } catch (error) {
      this.#fail(String(error));
      return;
    }
    this.#pump();
  }

  /** All media at the head of the queue as one piece: a tab that wakes up appends once, not a thousand times. */
  #takeBytes(): Uint8Array<ArrayBuffer> {
    const pieces: Uint8Array[] = [];
    let total = 0;
    for (let job = this.#queue[0]; job !== undefined && 'bytes' in job; job = this.#queue[0]) {
      pieces.push(job.bytes);
      total += job.bytes.length;
      this.#queue.shift();
    }
    this.#queuedBytes -= total;
    const joined = new Uint8Array(total);
    let at = 0;
    for (const piece of pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    return joined;
  }

  /** Starts a removal of what is of no use any more when enough has gathered; true when it did. */
  #trim(buffer: SourceBuffer): boolean {
    const { buffered } = buffer;
    if (buffered.length === 0) return false;
    const start = buffered.start(0);
    const unseenS = KEEP_UNSEEN_S * Math.max(1, this.#rate());
    const until = Math.max(this.#position() - KEEP_BEHIND_S, buffered.end(buffered.length - 1) - unseenS);
    if (until - start < TRIM_ABOVE_S - KEEP_BEHIND_S) return false;
    buffer.remove(start, until);
    return true;
  }

  #fail(detail: string): void {
    if (this.#isClosed) return;
    this.#queue.length = 0;
    this.#onFault(detail);
  }
}
