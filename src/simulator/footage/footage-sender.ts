import type { Behaviour } from '../behaviour.ts';
import type { MediaLink } from '../media-link.ts';
import type { SenderCounts } from '../media-sender.ts';
import type { Random } from '../random.ts';
import { RtpPacketiser } from '../rtp-packets.ts';
import type { Clockwork, Moment } from '../wheel.ts';
import { FootageClock } from './clock.ts';
import type { Footage, FootageFault } from './footage.ts';
import { MOMENT_MS } from './reel.ts';
import { type Piece, Wire } from './wire.ts';

export interface FootageSenderOptions {
  readonly footage: Footage;
  readonly channelId: string;
  /** Index of the channel in its device. */
  readonly channel: number;
  readonly startEpochMs: number;
  /** Exclusive. */
  readonly endEpochMs: number;
  /** Content seconds a second; infinite: as fast as the link takes it. */
  readonly speed: number;
  readonly isDatagram: boolean;
  readonly link: MediaLink;
  readonly ssrc: number;
  readonly behaviour: Behaviour;
  readonly random: Random;
  readonly wheel: Clockwork;
  /** The range has been sent to its end, or will be within a moment (PB-4). Called once. */
  readonly onEnd: () => void;
  readonly onFault: (fault: FootageFault) => void;
}

/** Bytes that may wait at a connection: the receiver reads slower than this fills. */
const MAX_UNSENT_BYTES = 512 * 1024;
/** Bytes in one turn: other calls want the processor too. */
const TURN_BYTES = 256 * 1024;
/** A sender that was held up for longer goes on from where it is; shorter halts are caught up. */
const MAX_LATE_MS = 1000;
/** As fast as it goes, where nothing slows it down: what a receiver's socket still takes. */
const DATAGRAM_SPEED = 32;
const POLL_MS = 5;
/** PB-17: a call that begins inside a group of pictures leaves out key frames of so much content. */
const WITHOUT_KEY_MS = 4000;
const HOLE_PACKETS = 10;
const CLOCK_BASE_90K = 90_000;

/** Sends recorded footage: from any moment, at any speed, forwards or backwards, paused or not. */
export class FootageSender {
  readonly counts: SenderCounts = { packets: 0, bytes: 0, frames: 0, omitted: 0 };
  readonly #o: FootageSenderOptions;
  readonly #wire: Wire;
  readonly #clock: FootageClock;
  /** For calls whose packets a quirk loses or turns round. */
  readonly #disturber: RtpPacketiser | null;
  #scale: number;
  /** Next moment to be sent. */
  #atEpochMs: number;
  #endEpochMs: number;
  /** Backwards: the first moment of the group that is being sent. */
  #groupEpochMs = 0;
  /** This moment of content was due at this time. */
  #anchorEpochMs = 0;
  #anchorMs = 0;
  #state: 'idle' | 'sending' | 'paused' | 'done' = 'idle';
  #moment: Moment | null = null;
  #saidEnd = false;
  #toLose = 0;

  constructor(o: FootageSenderOptions) {
    this.#o = o;
    const { behaviour, channel, footage } = o;
    this.#scale = o.isDatagram ? Math.min(o.speed, DATAGRAM_SPEED) : o.speed;
    this.#atEpochMs = footage.firstKey(channel, o.startEpochMs) ?? o.endEpochMs;
    if (behaviour.beginsWithoutKey) this.#atEpochMs += MOMENT_MS;
    this.#endEpochMs = o.endEpochMs;
    this.#clock = new FootageClock(
      behaviour,
      this.#atEpochMs,
      behaviour.firstDts90k ?? CLOCK_BASE_90K + Math.floor(o.random() * CLOCK_BASE_90K * 3600),
    );
    this.#wire = new Wire({
      ssrc: o.ssrc,
      firstSequence: Math.floor(o.random() * 0x1_0000),
      payloadBytes: behaviour.payloadBytes,
      payloadType: behaviour.payloadType,
    });
    const disturber = new RtpPacketiser(behaviour, o.ssrc, 0);
    this.#disturber = disturber.disturbed && o.isDatagram ? disturber : null;
  }

  /** The moment of content that is sent next. */
  get positionEpochMs(): number {
    return this.#atEpochMs;
  }

  get scale(): number {
    return this.#scale;
  }

  /** What the next packet will carry. */
  get next(): { sequence: number; timestamp90k: number } {
    return { sequence: this.#wire.sequence, timestamp90k: this.#clock.at(this.#atEpochMs) };
  }

  get isPaused(): boolean {
    return this.#state === 'paused';
  }

  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'sending';
    this.#anchor();
    this.#advance(this.#anchorMs);
  }

  stop(): void {
    this.#state = 'done';
    this.#moment?.cancel();
  }

  pause(): void {
    if (this.#state !== 'sending') return;
    this.#state = 'paused';
    this.#moment?.cancel();
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'sending';
    this.#anchor();
    this.#again(0);
  }

  /** From here on at this speed; below 0 backwards, group by group. */
  setScale(scale: number): void {
    if (this.#state === 'done' || scale === 0) return;
    this.#clock.speed(scale, this.#atEpochMs);
    const turns = scale < 0 !== this.#scale < 0;
    this.#scale = scale;
    if (turns) this.#toKey(this.#atEpochMs);
    this.#reschedule();
  }

  /** Goes on from the key frame at or before this moment; `endEpochMs` is another end. A range that had ended goes on. */
  seek(toEpochMs: number, endEpochMs: number | null): void {
    if (this.#state === 'done') return;
    const { footage } = this.#o;
    const left = this.#atEpochMs;
    if (endEpochMs !== null) this.#endEpochMs = endEpochMs;
    this.#toKey(footage.firstKey(this.#o.channel, toEpochMs) ?? this.#endEpochMs);
    this.#clock.seek(this.#atEpochMs, left, footage.library.fileStart(this.#atEpochMs));
    this.#reschedule();
  }

  #toKey(epochMs: number): void {
    const { channel, footage } = this.#o;
    this.#atEpochMs = footage.reelAt(epochMs).keyBefore(channel, epochMs);
    this.#groupEpochMs = this.#atEpochMs;
  }

  #reschedule(): void {
    if (this.#state !== 'sending') return;
    this.#anchor();
    this.#again(0);
  }

  #anchor(): void {
    this.#anchorEpochMs = this.#atEpochMs;
    this.#anchorMs = this.#o.wheel.nowMs();
  }

  #again(delayMs: number): void {
    this.#moment?.cancel();
    this.#moment = this.#o.wheel.after(delayMs, (nowMs) => this.#advance(nowMs));
  }

  #advance(nowMs: number): void {
    const { isDatagram, link } = this.#o;
    let turnBytes = 0;
    while (this.#state === 'sending') {
      const lateMs = nowMs - this.#dueMs();
      if (lateMs < 0) {
        this.#flush();
        this.#again(-lateMs);
        return;
      }
      if (lateMs > MAX_LATE_MS && Number.isFinite(this.#scale)) this.#anchorMs += lateMs;
      if (turnBytes > TURN_BYTES || (!isDatagram && link.unsentBytes > MAX_UNSENT_BYTES)) {
        this.#flush();
        this.#again(POLL_MS);
        return;
      }
      if (this.#isOver()) return;
      turnBytes += this.#sendMoment();
    }
  }

  #dueMs(): number {
    const { behaviour, channel, footage } = this.#o;
    if (!Number.isFinite(this.#scale)) return 0;
    if (this.#scale < 0) return this.#anchorMs + this.#backwardMs() / -this.#scale;
    let content = this.#atEpochMs;
    if (behaviour.bursts && this.#scale !== 1) content = footage.reelAt(content).keyBefore(channel, content);
    return this.#anchorMs + Math.max(0, content - this.#anchorEpochMs) / this.#scale;
  }

  /** Content that has been passed on the way back: groups whole, and what of this one is out. */
  #backwardMs(): number {
    return this.#anchorEpochMs - this.#groupEpochMs + (this.#atEpochMs - this.#groupEpochMs);
  }

  /** Over gaps and joints to the next moment of the range; true when nothing is to be sent now. */
  #isOver(): boolean {
    const { behaviour, channel, footage, startEpochMs } = this.#o;
    if (this.#scale < 0) return this.#isOverBackwards();
    let there = footage.library.next(this.#atEpochMs);
    if (there !== this.#atEpochMs) there = footage.firstKey(channel, this.#atEpochMs); // files begin with a key frame
    if (there !== null && there !== this.#atEpochMs && there < this.#endEpochMs) {
      // paced by what is sent, not by what is missing
      this.#anchorEpochMs += there - this.#atEpochMs;
      this.#atEpochMs = there;
    }
    if (there !== null && this.#atEpochMs + behaviour.mediaStatusEarlyMs * this.#pace >= this.#endEpochMs)
      this.#sayEnd();
    if (there !== null && there < this.#endEpochMs) return false;
    this.#sayEnd();
    if (behaviour.atEnd === 'go-on' && there !== null) return false;
    if (behaviour.atEnd === 'again') {
      this.#toKey(startEpochMs);
      this.#anchor();
      return false;
    }
    return this.#finish();
  }

  /** Backwards the range ends with the group of pictures that holds its start. */
  #isOverBackwards(): boolean {
    const { channel, footage, startEpochMs } = this.#o;
    const gap = footage.library.gapAt(this.#atEpochMs);
    if (gap !== null && gap.startEpochMs > startEpochMs) {
      this.#anchorEpochMs -= this.#groupEpochMs - gap.startEpochMs;
      this.#toKey(gap.startEpochMs - MOMENT_MS);
    }
    return this.#atEpochMs < footage.reelAt(startEpochMs).keyBefore(channel, startEpochMs) && this.#finish();
  }

  get #pace(): number {
    return Number.isFinite(this.#scale) ? this.#scale : 1;
  }

  #sayEnd(): void {
    if (this.#saidEnd) return;
    this.#flush();
    this.#saidEnd = true;
    this.#o.onEnd();
  }

  /** Nothing more until somebody seeks. */
  #finish(): true {
    this.#flush();
    this.#sayEnd();
    if (this.#state === 'sending') this.#state = 'paused';
    return true;
  }

  #sendMoment(): number {
    const { behaviour, channel, channelId, footage } = this.#o;
    const at = this.#atEpochMs;
    const fault = footage.takeFault(channelId, at);
    if (fault !== null) this.#suffer(fault);
    if (this.#state !== 'sending') return 0;
    const reel = footage.reelAt(at);
    const isLeftOut =
      behaviour.beginsWithoutKey && at < this.#o.startEpochMs + WITHOUT_KEY_MS && reel.isKey(channel, at);
    const clock90k = this.#clock.at(at);
    let bytes = 0;
    if (!isLeftOut) {
      bytes += this.#add(reel.video(channel, channelId, at, clock90k), clock90k);
      this.counts.frames++;
    }
    if (reel.hasSound) {
      bytes += this.#add(reel.sound(channel, at, clock90k), clock90k);
      this.counts.frames++;
    }
    this.#step(at);
    return bytes;
  }

  /** To the next moment: forwards, or from the end of a group to the start of the one before. */
  #step(at: number): void {
    const { behaviour, channel, footage } = this.#o;
    const next = at + MOMENT_MS;
    this.#atEpochMs = next;
    if (this.#scale < 0) {
      if (footage.reelAt(next).isKey(channel, next)) this.#toKey(this.#groupEpochMs - MOMENT_MS);
      return;
    }
    if (behaviour.atJoint === 'go-on' || footage.library.fileEnd(at) > next) return;
    if (behaviour.atJoint === 'new-clock') this.#clock.reset(footage.library.next(next) ?? next);
    else if (next < this.#endEpochMs) this.#fallSilent();
  }

  #fallSilent(): void {
    this.#flush();
    this.#state = 'done';
  }

  #suffer(fault: FootageFault): void {
    this.#flush();
    if (fault.kind === 'hole') this.#toLose = fault.packets ?? HOLE_PACKETS;
    else {
      this.#state = 'done';
      this.#o.onFault(fault);
    }
  }

  #add(pack: Buffer, clock90k: number): number {
    if (!this.#wire.add(pack, clock90k)) {
      this.#flush();
      this.#wire.add(pack, clock90k);
    }
    return pack.length;
  }

  #flush(): void {
    if (this.#wire.isEmpty) return;
    const piece = this.#wire.take();
    this.counts.packets += piece.packets;
    this.counts.bytes += piece.length;
    if (this.#toLose > 0 || this.#disturber !== null) this.#sendDisturbed(piece);
    else this.#o.link.stream(piece.bytes, piece.length, () => this.#wire.giveBack(piece));
  }

  #sendDisturbed(piece: Piece): void {
    const packets: Buffer[] = [];
    for (let at = 0; at < piece.length; at += 2 + piece.bytes.readUInt16BE(at))
      packets.push(piece.bytes.subarray(at + 2, at + 2 + piece.bytes.readUInt16BE(at)));
    const lost = Math.min(this.#toLose, packets.length);
    this.#toLose -= lost;
    const rest = packets.slice(lost);
    this.#o.link.send(this.#disturber?.disturb(rest, this.#o.random) ?? rest);
  }
}
