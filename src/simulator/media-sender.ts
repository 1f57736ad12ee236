import type { ClipUnit } from './access-units.ts';
import type { Behaviour } from './behaviour.ts';
import { bendsUnits, bentUnit, withoutAdts } from './bent-units.ts';
import type { Clip } from './clip.ts';
import { nalPayloads } from './es-packets.ts';
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
  /** Counts the units of this kind in this call from 0, those that were passed over for a key frame as well. */
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

/** When clocks jump and SSRCs change, and when late sound begins. Two seconds are one group of pictures of the shipped clips. */
const CHANGE_90K = 2 * 90_000;
const LATE_SOUND_90K = 4 * 90_000;
/** ES-1: more than a group of pictures of the shipped clips. */
const FRAMES_WITHOUT_KEY = 60;
/** RTP-11: a receiver that has said nothing for so long is taken for gone; receivers report every 5 s. */
const REPORT_PATIENCE_MS = 12_000;
/** RTP-10, RTP-12: a report goes with one frame in so many. */
const FRAMES_PER_REPORT = 25;
/** RFC 3551 table 4. */
const PCMU_PAYLOAD_TYPE = 0;
const PCMA_PAYLOAD_TYPE = 8;
/** G.711 counts 8 kHz in RTP. */
const TICKS_90K_PER_SAMPLE = 90_000 / 8000;

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
  /** Key frames at the start are left out (ES-1). */
  #holdsBack: boolean;
  /** When the receiver reported last (RTP-11). */
  #reportedMs = 0;

  constructor(o: MediaSenderOptions) {
    this.#o = o;
    this.#muxer = new PsMuxer({
      video: o.clip.video.codec,
      audio: o.clip.audio?.codec ?? null,
      behaviour: o.behaviour,
    });
    this.#rtp = new RtpPacketiser(o.behaviour, o.ssrc, Math.floor(o.random() * 0x1_0000));
    this.#base90k = o.behaviour.firstDts90k ?? 90_000 + Math.floor(o.random() * 90_000 * 3600);
    const { sound, startsInsideGroup } = o.behaviour;
    this.#holdsBack = startsInsideGroup;
    this.#video = { units: o.clip.video.units, next90k: 0, index: startsInsideGroup ? 1 : 0 };
    this.#audio = {
      units: sound === 'silent' ? [] : (o.clip.audio?.units ?? []),
      next90k: sound === 'late' ? LATE_SOUND_90K : AUDIO_DELAY_90K,
      index: 0,
    };
  }

  start(): void {
    this.#startMs = this.#o.wheel.nowMs();
    this.#reportedMs = this.#startMs;
    this.#o.link.onReport = () => {
      this.#reportedMs = this.#o.wheel.nowMs();
    };
    this.#advance(this.#startMs);
  }

  /** Goes on with the next key frame of the clip, as an encoder does that is asked for one. */
  keyFrame(): void {
    const { units } = this.#video;
    const ahead = units.findIndex((_, n) => units[(this.#video.index + n) % units.length]!.key);
    if (ahead > 0) this.#video.index += ahead;
    this.#holdsBack = false;
  }

  stop(): void {
    this.#moment?.cancel();
    this.#spread?.cancel();
    this.#rest.length = 0;
  }

  #advance(nowMs: number): void {
    for (;;) {
      if (this.#o.behaviour.needsReports && nowMs - this.#reportedMs > REPORT_PATIENCE_MS) return;
      const isSoundNext = this.#audio.units.length > 0 && this.#audio.next90k < this.#video.next90k;
      const reel = isSoundNext || this.#o.behaviour.sound === 'alone' ? this.#audio : this.#video;
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
    const { behaviour, clip } = this.#o;
    const dts90k = this.#base90k + this.#clockOf(reel);
    const sent: SentUnit = {
      kind,
      codec: kind === 'video' ? clip.video.codec : (clip.audio?.codec ?? ''),
      ...this.#contentOf(reel, unit),
      key: unit.key,
      pts90k: dts90k + unit.offset90k,
      dts90k,
      index: reel.index,
    };
    reel.index++;
    reel.next90k += kind === 'video' ? unit.duration90k : unit.duration90k / behaviour.soundSpeed;
    if (kind === 'video' && ((this.#waitsForKey && !unit.key) || this.#isHeldBack(sent))) {
      this.counts.omitted++;
      return;
    }
    if (!this.#send([...this.#report(sent), ...this.#packetsOf(sent)])) {
      this.counts.omitted++;
      this.#waitsForKey = true;
      return;
    }
    if (kind === 'video') this.#waitsForKey = false;
    this.counts.frames++;
    this.#o.onUnit?.(sent);
  }

  /** ES-1: the key frames of the first four seconds are left out, unless one is asked for. */
  #isHeldBack({ index, key }: SentUnit): boolean {
    return this.#holdsBack && key && index < FRAMES_WITHOUT_KEY;
  }

  /** What the camera's clock shows for the next unit of the reel, from the start of the call. */
  #clockOf(reel: Reel): number {
    const { clockJump90k, soundClockOffset90k, soundClockPpm } = this.#o.behaviour;
    const jump = reel.next90k >= CHANGE_90K ? clockJump90k : 0;
    if (reel === this.#video) return reel.next90k + jump;
    return Math.round(reel.next90k * (1 + soundClockPpm / 1e6)) + soundClockOffset90k + jump;
  }

  #contentOf(reel: Reel, unit: ClipUnit): { data: Buffer; nals: readonly Buffer[] } {
    const { behaviour, clip, random } = this.#o;
    if (reel === this.#audio) return { data: behaviour.rawAac ? withoutAdts(unit.data) : unit.data, nals: [] };
    if (!bendsUnits(behaviour)) return unit;
    return bentUnit(unit, clip.video.codec, behaviour, this.counts.frames === 0, random);
  }

  #packetsOf(sent: SentUnit): Buffer[] {
    const { behaviour, clip } = this.#o;
    const isVideo = sent.kind === 'video';
    if (behaviour.newSsrc && isVideo && sent.dts90k - this.#base90k === CHANGE_90K) this.#rtp.ssrc ^= 0xffff;
    if (behaviour.payload === 'ps') {
      const pack = isVideo ? this.#muxer.video(sent) : this.#muxer.audio(sent.data, sent.pts90k);
      return this.#rtp.packets(pack, isVideo ? sent.dts90k : sent.pts90k);
    }
    if (!isVideo) {
      if (sent.codec === 'aac') return []; // RFC 3640 would need the session description
      const payloadType = sent.codec === 'pcmu' ? PCMU_PAYLOAD_TYPE : PCMA_PAYLOAD_TYPE;
      return [this.#rtp.single(sent.data, payloadType, sent.pts90k / TICKS_90K_PER_SAMPLE, false)];
    }
    const payloads = nalPayloads(clip.video.codec, sent.nals);
    return payloads.map((payload, i) =>
      this.#rtp.single(payload, behaviour.payloadType, sent.pts90k, i === payloads.length - 1),
    );
  }

  /** RTP-10, RTP-12: a sender report where media belongs. */
  #report(sent: SentUnit): Buffer[] {
    const { rtcpOnMediaPort } = this.#o.behaviour;
    if (rtcpOnMediaPort === 'none' || sent.kind !== 'video' || sent.index % FRAMES_PER_REPORT !== 1) return [];
    const out = Buffer.alloc(28);
    out.writeUInt32BE(0x80c8_0006, 0);
    out.writeUInt32BE(this.#rtp.ssrc, 4);
    out.writeUIntBE(sent.index, 10, 4);
    out.writeUInt32BE(this.counts.packets, 20);
    out.writeUInt32BE(this.counts.bytes >>> 0, 24);
    // A description of ten words of which three bytes are written.
    return [rtcpOnMediaPort === 'sound' ? out : Buffer.concat([out, Buffer.from('81ca000a0bebc2010106', 'hex')])];
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
