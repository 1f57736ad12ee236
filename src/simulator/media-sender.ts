import type { ClipUnit } from './access-units.ts';
import type { Behaviour } from './behaviour.ts';
import type { Clip } from './clip.ts';
import type { MediaLink } from './media-link.ts';
import { PsMuxer } from './ps-muxer.ts';
import type { Random } from './random.ts';
import { RtpPacketiser } from './rtp-packets.ts';
import type { Clockwork, Moment } from './wheel.ts';

/** One unit as it was sent, for whoever wants to compare. */
export interface SentUnit {
  readonly kind: 'video' | 'audio';
  readonly codec: string;
  /** Video: Annex B bytes of the access unit. Audio: payload bytes. */
  readonly data: Buffer;
  /** Video: its NAL units without start codes. */
  readonly nals: readonly Buffer[];
  readonly key: boolean;
  /** As written into the PES before the cut to 33 bits. */
  readonly pts90k: number;
  readonly dts90k: number;
  /** Counts the units of this kind in this call from 0. */
  readonly index: number;
}

export interface MediaSenderOptions {
  readonly clip: Clip;
  readonly link: MediaLink;
  readonly ssrc: number;
  readonly behaviour: Behaviour;
  readonly random: Random;
  readonly wheel: Clockwork;
  onUnit?: ((unit: SentUnit) => void) | undefined;
}

export interface SenderCounts {
  packets: number;
  bytes: number;
  frames: number;
  /** Frames left out because the receiver did not read. */
  omitted: number;
}

/** A frame of more packets than this is spread over the slots of half a frame interval. */
const BURST_PACKETS = 8;
const SPREAD_SLOTS = 4;
const SLOT_MS = 5;
/** Sound goes out between two pictures. */
const AUDIO_DELAY_90K = 1800;
/** After a halt of the process longer than this, the schedule moves; shorter ones are caught up. */
const MAX_LATE_MS = 1000;
const TICKS_PER_MS = 90;

interface Reel {
  readonly units: readonly ClipUnit[];
  /** Decoding time of the next unit from the start of the call. */
  next90k: number;
  index: number;
}

/** Sends a clip in real time, over and over, its timestamps running on. Starts at the clip's first key frame. */
export class MediaSender {
  readonly counts: SenderCounts = { packets: 0, bytes: 0, frames: 0, omitted: 0 };
  readonly #o: MediaSenderOptions;
  readonly #muxer: PsMuxer;
  readonly #rtp: RtpPacketiser;
  readonly #base90k: number;
  readonly #video: Reel;
  readonly #audio: Reel;
  #startMs = 0;
  #moment: Moment | null = null;
  #spread: Moment | null = null;
  /** Bursts of the newest frame still to be sent. */
  readonly #rest: (readonly Buffer[])[] = [];
  /** A frame was left out: nothing until the next key frame makes sense. */
  #waitsForKey = false;

  constructor(o: MediaSenderOptions) {
    this.#o = o;
    this.#muxer = new PsMuxer({
      video: o.clip.video.codec,
      audio: o.clip.audio?.codec ?? null,
      behaviour: o.behaviour,
    });
    this.#rtp = new RtpPacketiser(o.behaviour, o.ssrc, Math.floor(o.random() * 0x1_0000));
    this.#base90k = o.behaviour.firstDts90k ?? 90_000 + Math.floor(o.random() * 90_000 * 3600);
    this.#video = { units: o.clip.video.units, next90k: 0, index: 0 };
    this.#audio = { units: o.clip.audio?.units ?? [], next90k: AUDIO_DELAY_90K, index: 0 };
  }

  start(): void {
    this.#startMs = this.#o.wheel.nowMs();
    this.#advance(this.#startMs);
  }

  stop(): void {
    this.#moment?.cancel();
    this.#spread?.cancel();
    this.#rest.length = 0;
  }

  #advance(nowMs: number): void {
    for (;;) {
      const reel =
        this.#audio.units.length > 0 && this.#audio.next90k < this.#video.next90k ? this.#audio : this.#video;
      const dueMs = this.#startMs + reel.next90k / TICKS_PER_MS;
      if (dueMs > nowMs) {
        this.#moment = this.#o.wheel.at(dueMs, (at) => this.#advance(at));
        return;
      }
      if (nowMs - dueMs > MAX_LATE_MS) this.#startMs += nowMs - dueMs;
      this.#sendNext(reel);
    }
  }

  #sendNext(reel: Reel): void {
    const unit = reel.units[reel.index % reel.units.length];
    if (unit === undefined) return;
    const kind = reel === this.#video ? 'video' : 'audio';
    const dts90k = this.#base90k + reel.next90k;
    const sent: SentUnit = {
      kind,
      codec: kind === 'video' ? this.#o.clip.video.codec : (this.#o.clip.audio?.codec ?? ''),
      data: unit.data,
      nals: unit.nals,
      key: unit.key,
      pts90k: dts90k + unit.offset90k,
      dts90k,
      index: reel.index,
    };
    reel.index++;
    reel.next90k += unit.duration90k;
    if (kind === 'video' && this.#waitsForKey && !unit.key) {
      this.counts.omitted++;
      return;
    }
    const pack = kind === 'video' ? this.#muxer.video(sent) : this.#muxer.audio(unit.data, sent.pts90k);
    if (!this.#send(this.#rtp.packets(pack, kind === 'video' ? sent.dts90k : sent.pts90k))) {
      this.counts.omitted++;
      this.#waitsForKey = true;
      return;
    }
    if (kind === 'video') this.#waitsForKey = false;
    this.counts.frames++;
    this.#o.onUnit?.(sent);
  }

  /** The first burst decides whether the receiver keeps up; the rest of a big frame follows in the next slots. */
  #send(packets: readonly Buffer[]): boolean {
    this.#flush();
    const sent = this.#rtp.disturbed ? this.#rtp.disturb(packets, this.#o.random) : packets;
    const burst = Math.max(BURST_PACKETS, Math.ceil(sent.length / SPREAD_SLOTS));
    if (!this.#deliver(sent.slice(0, burst))) return false;
    for (let at = burst; at < sent.length; at += burst) this.#rest.push(sent.slice(at, at + burst));
    this.#pump();
    return true;
  }

  /** One burst a slot. */
  #pump(): void {
    if (this.#rest.length === 0) return;
    this.#spread = this.#o.wheel.after(SLOT_MS, () => {
      this.#deliver(this.#rest.shift() ?? []);
      this.#pump();
    });
  }

  /** What is left of a frame goes out before the next one begins: packs must not interleave. */
  #flush(): void {
    this.#spread?.cancel();
    this.#spread = null;
    for (const packets of this.#rest.splice(0)) this.#deliver(packets);
  }

  #deliver(packets: readonly Buffer[]): boolean {
    if (!this.#o.link.send(packets)) return false;
    for (const packet of packets) this.counts.bytes += packet.length;
    this.counts.packets += packets.length;
    return true;
  }
}
