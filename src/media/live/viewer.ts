import type { Fragment, InitSegment } from '../frame.ts';
import type { GopEntry } from './gop.ts';
import { dropText } from './message.ts';

/** The connection of one viewer. None of its methods throws, also after the connection is gone. */
export interface ViewerSink {
  /** Bytes handed over and not yet taken by the kernel. */
  readonly bufferedBytes: number;
  /** The bytes are shared between viewers and are never changed. */
  sendBinary(bytes: Uint8Array): void;
  sendText(text: string): void;
  /** WebSocket close code and reason word of the contract; a chunked response just ends. */
  close(code: number, reason: string): void;
}

/**
 * Queue of one viewer. The kernel holds 4 MB before anything piles up here (measured), so that 1 MB more means the
 * viewer is already many seconds behind.
 */
export const MAX_BUFFERED_BYTES = 1024 * 1024;

/** A viewer that jumps starts anew only when its queue has drained to here, or the next key frame would fill it again. */
export const RESUME_BUFFERED_BYTES = 64 * 1024;

/**
 * Lag, by the viewer's own report, at which it jumps: beyond it watching live has no point, below it players catch up. Footage at eight
 * times its speed is eight times as far behind after the same time on the way: lag is counted in seconds of watching.
 */
export const MAX_LAG_MS = 5000;

/** The reported lag must have shrunk to this before a viewer that jumped goes on. */
export const RESUME_LAG_MS = 2000;

/** A viewer that has not drained for this long is closed (4429): it is dead, or its link is far too slow. */
export const MAX_CONGESTED_MS = 10_000;

/** Reports older than this say nothing any more: the page sends one a second, but a hidden tab may stop. */
export const REPORT_VALID_MS = 5000;

const TOO_SLOW = 4429;

/** A hole in the stream: how many video frames would fill it, and their time in 90 kHz. */
export interface Missing {
  readonly frames: number;
  readonly ticks: number;
}

export const NOTHING_MISSING: Missing = { frames: 0, ticks: 0 };

/** What a viewer asks of its stream. */
export interface ViewerOptions {
  /** Text messages of `gbgate.v1` between the binary ones. */
  readonly protocol: boolean;
  /** End where a second init segment would come (chunked HTTP). */
  readonly singleInit: boolean;
  /** `wait`: after a loss nothing is shown until the next key frame. */
  readonly loss: 'deliver' | 'wait';
  onClosed(viewer: Viewer): void;
  nowMs(): number;
  /** Seconds of media that are to be shown in a second. */
  rate(): number;
}

/**
 * One viewer: decides for each fragment whether it is sent, and never lets its queue grow past a bound. The queue is
 * the connection's own; what is left out is everything up to the next key frame, so that the picture stays whole.
 */
export class Viewer {
  readonly #sink: ViewerSink;
  readonly #options: ViewerOptions;
  #closed = false;
  /** Generation of the init segment sent last; −1: none. */
  #generation = -1;
  #awaitingKey = true;
  /** Set when it is the viewer's own slowness that makes it wait. */
  #congestedSinceMs: number | null = null;
  /**
   * What may be larger than the queue's bound by itself comes on top of it until the queue has drained: the first burst
   * (init and group of pictures), and a key frame, of which a 4K camera makes 2 MB.
   */
  #burstBytes = 0;
  /** dts of the first fragment sent; before it nothing can be reported. */
  #firstDts90k = 0;
  /** dts of the fragment sent last; −1: none yet. */
  #sentDts90k = -1;
  #skipped = 0;
  #skippedFromDts90k = 0;
  #lagMs = 0;
  #reportedMs = Number.NEGATIVE_INFINITY;

  constructor(sink: ViewerSink, options: ViewerOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The viewer's own view of how far it is behind what was sent, in ms; 0 before its first report. */
  get lagMs(): number {
    return this.#lagMs;
  }

  /** The first messages: init segment and group of pictures, as far as there are any. */
  start(init: { segment: InitSegment; text: string } | null, gop: readonly GopEntry[]): void {
    if (init !== null) this.#sendInit(init.segment, init.text);
    let bytes = 0;
    for (const { fragment, clockText } of gop) {
      bytes += fragment.bytes.length;
      // Set before each: whatever of it is queued already is no congestion.
      this.#burstBytes = bytes;
      this.offer(fragment, clockText, init?.segment ?? null, init?.text ?? '');
    }
    this.#burstBytes = bytes;
  }

  /**
   * One fragment of the stream, with the `clock` message that goes before it when it is a key frame, the init segment in force, and
   * what is missing before it. Called for each viewer and frame: the messages are ready-made and shared.
   */
  offer(
    fragment: Fragment,
    clockText: string | null,
    init: InitSegment | null,
    initText: string,
    missing: Missing = NOTHING_MISSING,
  ): void {
    if (this.#closed) return;
    if (missing.frames > 0) this.#miss(missing.frames, fragment.dts90k - missing.ticks);
    const buffered = this.#sink.bufferedBytes;
    if (buffered < MAX_BUFFERED_BYTES) {
      if (buffered < RESUME_BUFFERED_BYTES) this.#burstBytes = 0;
    } else if (buffered > MAX_BUFFERED_BYTES + this.#burstBytes) this.#becomeCongested();
    if (this.#congestedSinceMs !== null && !this.#hasRecovered(buffered)) {
      this.#skip(fragment);
      return;
    }
    if (fragment.afterLoss && this.#options.loss === 'wait') this.#awaitingKey = true;
    if (this.#awaitingKey) {
      if (!fragment.isKey) {
        this.#skip(fragment);
        return;
      }
      this.#awaitingKey = false;
    }
    if (this.#skipped > 0) this.#tellSkipped(fragment);
    if (fragment.generation !== this.#generation && init !== null) {
      if (this.#generation !== -1 && this.#options.singleInit) {
        this.end(1000, 'new init segment');
        return;
      }
      this.#sendInit(init, initText);
    }
    if (clockText !== null && this.#options.protocol) this.#sink.sendText(clockText);
    if (this.#sentDts90k < 0) this.#firstDts90k = fragment.dts90k;
    this.#sentDts90k = fragment.dts90k;
    if (fragment.isKey) this.#burstBytes = Math.max(this.#burstBytes, fragment.bytes.length);
    this.#sink.sendBinary(fragment.bytes);
  }

  /**
   * The viewer's report (seconds of media time): `bufferedEnd` is what has reached it, and its distance to what was
   * sent last is its lag, which no counter of the sender's shows. Anything but finite numbers is ignored.
   */
  report(bufferedEnd: number, currentTime: number): void {
    if (this.#closed || !Number.isFinite(bufferedEnd) || !Number.isFinite(currentTime)) return;
    // Nothing has reached it yet: a page that has just started says 0.
    if (this.#sentDts90k < 0 || bufferedEnd * 90_000 <= this.#firstDts90k) return;
    this.#lagMs = Math.max(0, this.#sentDts90k / 90 - bufferedEnd * 1000) / Math.max(1, this.#options.rate());
    this.#reportedMs = this.#options.nowMs();
    if (this.#lagMs > MAX_LAG_MS) this.#becomeCongested();
  }

  text(text: string): void {
    if (!this.#closed && this.#options.protocol) this.#sink.sendText(text);
  }

  /** The stream closes the viewer's connection. */
  end(code: number, reason: string): void {
    if (this.#closed) return;
    this.close();
    this.#sink.close(code, reason);
  }

  /** The viewer is gone. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.onClosed(this);
  }

  #sendInit(init: InitSegment, text: string): void {
    this.#generation = init.generation;
    if (this.#options.protocol) this.#sink.sendText(text);
    this.#sink.sendBinary(init.bytes);
  }

  #becomeCongested(): void {
    this.#awaitingKey = true;
    this.#congestedSinceMs ??= this.#options.nowMs();
  }

  /** True when the queue and the reported lag are small again; closes a viewer for which that takes too long. */
  #hasRecovered(buffered: number): boolean {
    const nowMs = this.#options.nowMs();
    const lagIsKnown = nowMs - this.#reportedMs < REPORT_VALID_MS;
    if (buffered <= RESUME_BUFFERED_BYTES && (!lagIsKnown || this.#lagMs <= RESUME_LAG_MS)) {
      this.#congestedSinceMs = null;
      return true;
    }
    if (nowMs - (this.#congestedSinceMs ?? nowMs) > MAX_CONGESTED_MS) this.end(TOO_SLOW, 'too slow');
    return false;
  }

  #skip(fragment: Fragment): void {
    this.#miss(1, fragment.dts90k);
  }

  /** `frames` from `dts90k` on do not reach this viewer. */
  #miss(frames: number, dts90k: number): void {
    // Before its first fragment a viewer has missed nothing.
    if (this.#sentDts90k < 0) return;
    if (this.#skipped === 0) this.#skippedFromDts90k = dts90k;
    this.#skipped += frames;
  }

  #tellSkipped(next: Fragment): void {
    if (this.#options.protocol)
      this.#sink.sendText(dropText(this.#skipped, Math.round((next.dts90k - this.#skippedFromDts90k) / 90)));
    this.#skipped = 0;
  }
}
