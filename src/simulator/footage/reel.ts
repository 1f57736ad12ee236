import type { ClipUnit } from '../access-units.ts';
import type { Behaviour } from '../behaviour.ts';
import type { Clip } from '../clip.ts';
import { PsMuxer, writeClock, writeScr } from '../ps-muxer.ts';
import { emptyTimeMark, TIME_MARK_UUID, writeTimeMark } from './time-mark.ts';

/** Pictures and portions of sound both come every so often; the moments of footage are its multiples. */
export const MOMENT_MS = 40;

const TICKS_PER_MS = 90;
const NAL_START = Buffer.from([0, 0, 0, 1]);
/** Muxed once with clocks that fill their fields; what is sent has others. */
const TEMPLATE_90K = 900_000;
const PES_VIDEO = Buffer.from([0, 0, 1, 0xe0]);
const PES_SOUND = Buffer.from([0, 0, 1, 0xc0]);
const PACK = Buffer.from([0, 0, 1, 0xba]);
/** So many samples at the start of a portion of sound carry its number in their lowest bits. */
const SOUND_MARK_BITS = 48;

/** A pack that was muxed once, and where in it the clocks and the mark stand. */
interface Template {
  readonly pack: Buffer;
  readonly key: boolean;
  /** pts - dts. */
  readonly offset90k: number;
  readonly scrAt: number;
  readonly ptsAt: readonly number[];
  readonly dtsAt: readonly number[];
  /** Video: first byte of the UUID. Sound: first sample. */
  readonly markAt: number;
}

export interface ReelOptions {
  readonly clip: Clip;
  readonly behaviour: Behaviour;
  /** Bit rate of the video, reached with filler in its SEI; 0: as the clip is. */
  readonly bitrateBps: number;
}

/**
 * Footage of one clip, any moment of it: every picture is a function of channel and content time alone. Its packs are muxed once; for
 * a moment the clocks and the mark in one of them are written over, so that a thousandfold of the clip's rate costs little more than
 * copying. What `video` and `sound` return is good until they are called again.
 */
export class Reel {
  readonly #units: readonly ClipUnit[];
  readonly #codec: Clip['video']['codec'];
  readonly #fillerBytes: number;
  readonly #video: readonly Template[];
  readonly #sound: readonly Template[];
  readonly #groupFrames: number;

  constructor(o: ReelOptions) {
    const { units, codec } = o.clip.video;
    this.#units = units;
    this.#codec = codec;
    const second = units.findIndex((unit, index) => index > 0 && unit.key);
    this.#groupFrames = second < 0 ? units.length : second;
    const bytesEach = units.reduce((sum, unit) => sum + unit.data.length, 0) / units.length;
    const wantedEach = o.bitrateBps / 8 / (1000 / MOMENT_MS);
    this.#fillerBytes = Math.max(0, Math.round(wantedEach - bytesEach - emptyTimeMark(codec, 0).length));
    const muxer = new PsMuxer({ video: codec, audio: o.clip.audio?.codec ?? null, behaviour: o.behaviour });
    this.#video = units.map((unit) => this.#videoTemplate(unit, muxer));
    this.#sound = (o.clip.audio?.units ?? []).map((unit) => soundTemplate(unit, muxer));
  }

  get hasSound(): boolean {
    return this.#sound.length > 0;
  }

  isKey(channel: number, contentEpochMs: number): boolean {
    return this.#at(this.#video, channel, contentEpochMs).key;
  }

  /** The latest key frame at or before this moment. */
  keyBefore(channel: number, contentEpochMs: number): number {
    let at = Math.floor(contentEpochMs / MOMENT_MS) * MOMENT_MS;
    while (!this.isKey(channel, at)) at -= MOMENT_MS;
    return at;
  }

  /** The pack of the picture of this moment. */
  video(channel: number, channelId: string, contentEpochMs: number, dts90k: number): Buffer {
    const template = this.#at(this.#video, channel, contentEpochMs);
    writeTimeMark(template.pack, template.markAt, contentEpochMs, channelId);
    return timed(template, dts90k);
  }

  /** The pack of the 40 ms of sound that begin at this moment. */
  sound(channel: number, contentEpochMs: number, pts90k: number): Buffer {
    const template = this.#at(this.#sound, channel, contentEpochMs);
    writeSoundMark(template.pack, template.markAt, contentEpochMs / MOMENT_MS);
    return timed(template, pts90k);
  }

  /** The access unit of this moment as a recorder should find it: Annex B bytes. */
  unit(channel: number, channelId: string, contentEpochMs: number): Buffer {
    const { data } = this.#marked(this.#at(this.#units, channel, contentEpochMs));
    writeTimeMark(data, data.indexOf(TIME_MARK_UUID), contentEpochMs, channelId);
    return data;
  }

  /** Bytes of program stream in one pass through the clip, for a guess at the size of a file. */
  get bytesPerMs(): number {
    const bytes = [...this.#video, ...this.#sound].reduce((sum, template) => sum + template.pack.length, 0);
    return bytes / (this.#video.length * MOMENT_MS);
  }

  /** Channels show the clip from different groups of pictures on. */
  #at<T>(items: readonly T[], channel: number, contentEpochMs: number): T {
    return items[(Math.floor(contentEpochMs / MOMENT_MS) + channel * this.#groupFrames) % items.length]!;
  }

  #marked(unit: ClipUnit): { data: Buffer; nals: Buffer[] } {
    const nals = [...unit.nals];
    const first = nals.findIndex((nal) => !isSetOrDelimiter(this.#codec, nal));
    nals.splice(first, 0, emptyTimeMark(this.#codec, this.#fillerBytes));
    return { data: Buffer.concat(nals.flatMap((nal) => [NAL_START, nal])), nals };
  }

  #videoTemplate(unit: ClipUnit, muxer: PsMuxer): Template {
    const clocks = { dts90k: TEMPLATE_90K, pts90k: TEMPLATE_90K + unit.offset90k };
    const pack = muxer.video({ ...this.#marked(unit), key: unit.key, ...clocks });
    const offset90k = unit.offset90k;
    return { pack, key: unit.key, offset90k, ...clocksIn(pack, PES_VIDEO), markAt: pack.indexOf(TIME_MARK_UUID) };
  }
}

/** Parameter sets and delimiters come first in an access unit; whatever follows comes behind the mark. */
function isSetOrDelimiter(codec: Clip['video']['codec'], nal: Buffer): boolean {
  const first = nal[0] ?? 0;
  const type = codec === 'h264' ? first & 0x1f : (first >> 1) & 0x3f;
  return codec === 'h264' ? type >= 7 && type <= 9 : type >= 32 && type <= 35;
}

function soundTemplate(unit: ClipUnit, muxer: PsMuxer): Template {
  const pack = muxer.audio(Buffer.from(unit.data), TEMPLATE_90K);
  const clocks = clocksIn(pack, PES_SOUND);
  const pesAt = pack.indexOf(PES_SOUND);
  return { pack, key: true, offset90k: 0, ...clocks, markAt: pesAt + 9 + (pack[pesAt + 8] ?? 0) };
}

/** Where the clocks stand in a pack that our own muxer wrote. */
function clocksIn(pack: Buffer, pes: Buffer): { scrAt: number; ptsAt: number[]; dtsAt: number[] } {
  const ptsAt: number[] = [];
  const dtsAt: number[] = [];
  for (let at = pack.indexOf(pes); at >= 0; at = pack.indexOf(pes, at + 4)) {
    const flags = pack[at + 7] ?? 0;
    if (((pack[at + 6] ?? 0) & 0xc0) !== 0x80) continue;
    if ((flags & 0x80) !== 0) ptsAt.push(at + 9);
    if ((flags & 0x40) !== 0) dtsAt.push(at + 14);
  }
  return { scrAt: pack.lastIndexOf(PACK, ptsAt[0] ?? pack.length) + 4, ptsAt, dtsAt };
}

function timed(template: Template, dts90k: number): Buffer {
  const { dtsAt, offset90k, pack, ptsAt, scrAt } = template;
  if (((pack[scrAt] ?? 0) & 0xc0) === 0x40) writeScr(pack, scrAt, dts90k);
  for (const at of ptsAt) writeClock(pack, at, dtsAt.length > 0 ? 3 : 2, dts90k + offset90k);
  for (const at of dtsAt) writeClock(pack, at, 1, dts90k);
  return pack;
}

/** The number of a portion in the lowest bits of its first samples, highest bit first: no ear notices, and no two portions are alike. */
function writeSoundMark(bytes: Buffer, at: number, number: number): void {
  for (let bit = 0; bit < SOUND_MARK_BITS; bit++) {
    const value = Math.floor(number / 2 ** (SOUND_MARK_BITS - 1 - bit)) % 2;
    bytes[at + bit] = ((bytes[at + bit] ?? 0) & 0xfe) | value;
  }
}

/** The content time of a portion of G.711 as it was sent. */
export function soundTimeOf(portion: Buffer): number {
  let number = 0;
  for (let bit = 0; bit < SOUND_MARK_BITS; bit++) number = number * 2 + ((portion[bit] ?? 0) & 1);
  return number * MOMENT_MS;
}

/** 90 kHz ticks of a stretch of content. */
export function ticksOf(contentMs: number): number {
  return Math.round(contentMs * TICKS_PER_MS);
}
