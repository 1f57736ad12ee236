import { FRAME_MS, FRAME_SAMPLES, type VoiceSource } from './voice.ts';
import type { VoicePackets } from './voice-packets.ts';

/** After a stall of the process so many packets are made up for at once; of a longer one the rest is left out. */
export const MAX_BEHIND = 5;
/** A packet this much behind its time is counted. */
const LATE_MS = 10;

export interface VoiceSenderOptions {
  nowMs(): number;
  after(ms: number, action: () => void): () => void;
  readonly source: VoiceSource;
  readonly packets: VoicePackets;
  /** One packet, framed (`FRAMING_BYTES`); false: the way is full, it is lost. */
  send(framed: Buffer): boolean;
  /** The source has ended, and its last packet has gone. Once. */
  onEnd(): void;
}

/** What was sent. */
export interface VoiceCounts {
  packets: number;
  /** Of these, silence. */
  silent: number;
  /** Left out, because the process or the way stood still. */
  skipped: number;
  /** Sent 10 ms or more behind their time. */
  late: number;
}

/** Sends one voice at its own pace: a packet every 20 ms by the clock, whatever the source does. */
export class VoiceSender {
  readonly #o: VoiceSenderOptions;
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  readonly counts: VoiceCounts = { packets: 0, silent: 0, skipped: 0, late: 0 };
  #startMs = 0;
  /** Frames since the start, sent or left out. */
  #frames = 0;
  #wasSilent = true;
  #cancel: (() => void) | null = null;

  constructor(o: VoiceSenderOptions) {
    this.#o = o;
  }

  /** The first packet leaves at once. */
  start(): void {
    this.#startMs = this.#o.nowMs();
    this.#tick();
  }

  /** Nothing is sent any more, and nobody told. Idempotent. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #tick(): void {
    this.#cancel = null;
    let due = Math.floor((this.#o.nowMs() - this.#startMs) / FRAME_MS) + 1 - this.#frames;
    if (due > MAX_BEHIND) {
      this.#o.packets.skip(due - 1);
      this.#frames += due - 1;
      this.counts.skipped += due - 1;
      due = 1;
    }
    for (; due > 0; due -= 1)
      if (!this.#sendOne()) {
        this.#o.onEnd();
        return;
      }
    const waitMs = this.#startMs + this.#frames * FRAME_MS - this.#o.nowMs();
    this.#cancel = this.#o.after(Math.max(0, waitMs), () => this.#tick());
  }

  #sendOne(): boolean {
    const { source, packets, send, nowMs } = this.#o;
    const found = source.next(this.#frame);
    if (found === 'end') return false;
    if (nowMs() - (this.#startMs + this.#frames * FRAME_MS) >= LATE_MS) this.counts.late += 1;
    this.#frames += 1;
    const packet = packets.next(this.#frame, found === 'voice' && this.#wasSilent);
    this.#wasSilent = found === 'silence';
    if (!send(packet)) this.counts.skipped += 1;
    else {
      this.counts.packets += 1;
      if (found === 'silence') this.counts.silent += 1;
    }
    return true;
  }
}
