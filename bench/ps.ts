/**
 * The benches' own camera: H.264 720p at 25 fps and 2 Mbit/s as a GB/T 28181 program stream (ISO/IEC 13818-1, 2.5), a
 * key frame every 2 s, G.711 A-law if asked. Slices hold noise, everything around them is real.
 */

export const FPS = 25;
export const FRAMES_PER_GOP = 50;
export const TICKS_PER_FRAME = 90_000 / FPS;

/** Sizes that make 2 Mbit/s: one key frame of 60 kB, 49 others of 8 to 10 kB. */
const KEY_BYTES = 60_000;
const INTER_BYTES = 9_000;
const SPREAD_BYTES = 1_000;

/** Video per PES packet; its length field has 16 bits. */
const PES_BYTES = 65_400;

/** 40 ms of G.711. */
const AUDIO_BYTES = 320;

const SPS = Buffer.from('6764001facd9405005bb011000000300100000030320f1831960', 'hex');
const PPS = Buffer.from('68ebe3cb22c0', 'hex');
const START = Buffer.from('00000001', 'hex');
const SYSTEM = Buffer.from('000001bb000c80ccf504217fe0e800c0c200', 'hex');
/** H.264 on E0, G.711 A-law on C0 (GB/T 28181-2022 annex C). */
const PSM_AV = Buffer.from('000001bc0012e0ff000000081be0000090c00000fedfb1d7', 'hex');
/** H.264 only; the CRC is 0, which nobody checks (PS-6). */
const PSM_V = Buffer.from('000001bc000ee0ff000000041be0000000000000', 'hex');

/** Bytes that hold no start code and differ from frame to frame. */
function noise(bytes: number, seed: number): Buffer {
  const out = Buffer.alloc(bytes);
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let i = 0; i < bytes; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    out[i] = (state & 0xff) | 1;
  }
  return out;
}

function accessUnit(index: number): Buffer {
  const position = index % FRAMES_PER_GOP;
  // 0x88, 0x9a: slice headers with first_mb_in_slice 0.
  if (position === 0)
    return Buffer.concat([START, SPS, START, PPS, START, Buffer.from([0x65, 0x88]), noise(KEY_BYTES, 1)]);
  const bytes = INTER_BYTES - SPREAD_BYTES + ((position * 379) % (2 * SPREAD_BYTES));
  return Buffer.concat([START, Buffer.from([0x41, 0x9a]), noise(bytes, position + 1)]);
}

/** One group of pictures, made once. */
const UNITS = Array.from({ length: FRAMES_PER_GOP }, (_, index) => accessUnit(index));
const TONE = Buffer.from(Array.from({ length: AUDIO_BYTES }, (_, i) => 0xd5 ^ ((i * 7) & 0x3f)));

/** NAL bytes of a frame, for benches that write an elementary stream. */
export function unitOf(index: number): Buffer {
  return UNITS[index % FRAMES_PER_GOP]!;
}

function packHeader(scr: number): Buffer {
  const out = Buffer.alloc(14);
  out.writeUInt32BE(0x1ba, 0);
  const high = Math.floor(scr / 2 ** 30) & 7;
  const middle = Math.floor(scr / 2 ** 15) & 0x7fff;
  const low = scr & 0x7fff;
  out[4] = 0x44 | (high << 3) | (middle >> 13);
  out[5] = (middle >> 5) & 0xff;
  out[6] = 0x04 | ((middle & 0x1f) << 3) | (low >> 13);
  out[7] = (low >> 5) & 0xff;
  out[8] = 0x04 | ((low & 0x1f) << 3);
  out.set([0x01, 0x00, 0x5f, 0x6b, 0xf8], 9);
  return out;
}

function pesHeader(streamId: number, payloadBytes: number, pts: number | null): Buffer {
  const out = Buffer.alloc(pts === null ? 9 : 14);
  out.writeUInt32BE(0x100 | streamId, 0);
  out.writeUInt16BE(payloadBytes + out.length - 6, 4);
  out[6] = 0x84;
  if (pts === null) return out;
  out[7] = 0x80;
  out[8] = 5;
  const high = Math.floor(pts / 2 ** 30) & 7;
  const middle = Math.floor(pts / 2 ** 15) & 0x7fff;
  out[9] = 0x21 | (high << 1);
  out.writeUInt16BE((middle << 1) | 1, 10);
  out.writeUInt16BE(((pts & 0x7fff) << 1) | 1, 12);
  return out;
}

/** The pack of frame `index`: time stamps are `index` frame intervals. */
export function pack(index: number, audio: boolean): Buffer {
  const pts = index * TICKS_PER_FRAME;
  const unit = unitOf(index);
  const parts: Buffer[] = [packHeader(Math.max(0, pts - TICKS_PER_FRAME))];
  if (index % FRAMES_PER_GOP === 0) parts.push(SYSTEM, audio ? PSM_AV : PSM_V);
  for (let at = 0; at < unit.length; at += PES_BYTES) {
    const piece = unit.subarray(at, at + PES_BYTES);
    parts.push(pesHeader(0xe0, piece.length, at === 0 ? pts : null), piece);
  }
  if (audio) parts.push(pesHeader(0xc0, TONE.length, pts), TONE);
  return Buffer.concat(parts);
}

/** RTP payload per packet. */
const PAYLOAD_BYTES = 1400;

/**
 * The RTP packets of one frame, as one buffer: each behind its RFC 4571 length, which UDP leaves out. SSRC and first
 * sequence number are the stream's; `offsets` are where the packets start (behind the length).
 */
export interface RtpFrame {
  readonly bytes: Buffer;
  readonly offsets: readonly number[];
  readonly lengths: readonly number[];
}

/** Cuts a pack; SSRC and sequence are left 0 for `stamp`. */
export function packetise(ps: Buffer, timestamp: number): RtpFrame {
  const count = Math.ceil(ps.length / PAYLOAD_BYTES);
  const bytes = Buffer.alloc(ps.length + count * 14);
  const offsets: number[] = [];
  const lengths: number[] = [];
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    const payload = ps.subarray(i * PAYLOAD_BYTES, (i + 1) * PAYLOAD_BYTES);
    bytes.writeUInt16BE(payload.length + 12, at);
    at += 2;
    offsets.push(at);
    lengths.push(payload.length + 12);
    bytes.writeUInt16BE(i === count - 1 ? 0x80e0 : 0x8060, at);
    bytes.writeUInt32BE(timestamp % 2 ** 32, at + 4);
    payload.copy(bytes, at + 12);
    at += 12 + payload.length;
  }
  return { bytes, offsets, lengths };
}

/** A copy of the frame for one stream. */
export function stamp(frame: RtpFrame, ssrc: number, firstSequence: number): Buffer {
  const bytes = Buffer.from(frame.bytes);
  for (let i = 0; i < frame.offsets.length; i += 1) {
    const at = frame.offsets[i]!;
    bytes.writeUInt16BE((firstSequence + i) & 0xffff, at + 2);
    bytes.writeUInt32BE(ssrc, at + 8);
  }
  return bytes;
}
