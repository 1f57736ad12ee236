import type { Law } from '../es/g711.ts';
import { RTP_HEADER_BYTES } from '../ingest/rtp.ts';
import { encodeG711 } from './g711-encode.ts';
import { writePsVoice } from './ps-voice.ts';
import { FRAME_SAMPLES } from './voice.ts';

/** RFC 4571: two bytes of length stand before each packet on a connection. */
export const FRAMING_BYTES = 2;
/** One frame in the 90 kHz of a program stream. */
const PS_TICKS = 1800;
/** The first of each second of packets explains the program stream. */
const PS_MAP_EVERY = 50;

export interface VoicePacketsOptions {
  /** `ps`: A-law inside of a program stream. */
  readonly codec: Law | 'ps';
  readonly payloadType: number;
  readonly ssrc: number;
  /** First sequence number and time stamp; random (RFC 3550 5.1). */
  readonly firstSequence: number;
  readonly firstTimestamp: number;
}

/** Frames of voice into RTP packets (RFC 3550, RFC 3551): 20 ms each, the marker at the first of a spurt. */
export class VoicePackets {
  readonly #o: VoicePacketsOptions;
  #sequence: number;
  #timestamp: number;
  #count = 0;

  constructor(o: VoicePacketsOptions) {
    this.#o = o;
    this.#sequence = o.firstSequence & 0xffff;
    this.#timestamp = o.firstTimestamp >>> 0;
  }

  /** The next packet, framed: its length stands in the first two bytes, RTP begins behind them. */
  next(frame: Int16Array, isSpurtStart: boolean): Buffer {
    const { codec, payloadType, ssrc } = this.#o;
    const isPs = codec === 'ps';
    const law: Law = isPs ? 'pcma' : codec;
    const payload = Buffer.allocUnsafe(FRAME_SAMPLES);
    encodeG711(law, frame, payload, 0);
    const body = isPs ? writePsVoice(payload, this.#timestamp, this.#count % PS_MAP_EVERY === 0) : payload;
    const packet = Buffer.allocUnsafe(FRAMING_BYTES + RTP_HEADER_BYTES + body.length);
    packet.writeUInt16BE(RTP_HEADER_BYTES + body.length, 0);
    packet[2] = 0x80;
    // the end of a frame in a program stream, the beginning of a spurt in G.711
    packet[3] = (isPs || isSpurtStart ? 0x80 : 0) | payloadType;
    packet.writeUInt16BE(this.#sequence, 4);
    packet.writeUInt32BE(this.#timestamp, 6);
    packet.writeUInt32BE(ssrc >>> 0, 10);
    body.copy(packet, FRAMING_BYTES + RTP_HEADER_BYTES);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#count += 1;
    this.skip(1);
    return packet;
  }

  /** So many frames are left out: time goes on. */
  skip(frames: number): void {
    const ticks = this.#o.codec === 'ps' ? PS_TICKS : FRAME_SAMPLES;
    this.#timestamp = (this.#timestamp + frames * ticks) >>> 0;
  }
}
