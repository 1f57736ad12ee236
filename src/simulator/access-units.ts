/** Cuts raw elementary streams into what a camera would hand to its muxer. Own code: nothing here is shared with the receiving side. */

/** One access unit (video) or one audio frame of a clip, ready to be sent. */
export interface ClipUnit {
  /** Annex B bytes of one access unit, start codes included exactly as in the file; or the bytes of one audio frame. */
  readonly data: Buffer;
  /** Video: the NAL units inside `data` without start codes, in order. Audio: empty. */
  readonly nals: readonly Buffer[];
  /** Video: IDR (H.264) / IRAP (H.265). Audio: true. */
  readonly key: boolean;
  /** pts - dts in 90 kHz ticks; 0 where there are no B-frames. */
  readonly offset90k: number;
  /** In 90 kHz ticks. */
  readonly duration90k: number;
}

export type VideoCodec = 'h264' | 'h265';

interface NalSpan {
  /** First byte of the start code, its leading zero included. */
  readonly start: number;
  readonly body: number;
  end: number;
}

/** NAL units of an Annex B stream (ISO/IEC 14496-10 annex B) with their start codes of three or four bytes. */
function nalSpans(stream: Buffer): NalSpan[] {
  const spans: NalSpan[] = [];
  let at = stream.indexOf('000001', 0, 'hex');
  while (at >= 0) {
    const start = at > 0 && stream[at - 1] === 0 ? at - 1 : at;
    const before = spans.at(-1);
    if (before !== undefined) before.end = start;
    spans.push({ start, body: at + 3, end: stream.length });
    at = stream.indexOf('000001', at + 3, 'hex');
  }
  return spans;
}

interface NalRole {
  readonly vcl: boolean;
  readonly key: boolean;
  /** A VCL unit that begins a picture. */
  readonly firstSlice: boolean;
  /** Parameter sets, SEI prefix, delimiter: after a VCL unit they begin the next access unit. */
  readonly opens: boolean;
}

/** ISO/IEC 14496-10 table 7-1 and 7.4.1.2.3. `first_mb_in_slice` is ue(v): 0 is the single bit 1. */
function roleOfH264(stream: Buffer, at: number): NalRole {
  const type = (stream[at] ?? 0) & 0x1f;
  const vcl = type >= 1 && type <= 5;
  return {
    vcl,
    key: type === 5,
    firstSlice: vcl && ((stream[at + 1] ?? 0) & 0x80) !== 0,
    opens: (type >= 6 && type <= 9) || (type >= 14 && type <= 18),
  };
}

/** ISO/IEC 23008-2 table 7-1 and 7.4.2.4.4. */
function roleOfH265(stream: Buffer, at: number): NalRole {
  const type = ((stream[at] ?? 0) >> 1) & 0x3f;
  const vcl = type < 32;
  return {
    vcl,
    key: type >= 16 && type <= 23,
    firstSlice: vcl && ((stream[at + 2] ?? 0) & 0x80) !== 0,
    opens: (type >= 32 && type <= 35) || type === 39 || (type >= 41 && type <= 44) || (type >= 48 && type <= 55),
  };
}

/**
 * Access units of a raw H.264 or H.265 stream. `offsets` are (pts - dts) in frames per access unit in coding order,
 * `frame90k` is the frame interval in 90 kHz ticks.
 */
export function videoUnits(
  stream: Buffer,
  codec: VideoCodec,
  frame90k: number,
  offsets: readonly number[],
): ClipUnit[] {
  const roleOf = codec === 'h264' ? roleOfH264 : roleOfH265;
  const groups: { nals: NalSpan[]; key: boolean; hasVcl: boolean }[] = [];
  for (const nal of nalSpans(stream)) {
    const role = roleOf(stream, nal.body);
    let group = groups.at(-1);
    if (group === undefined || (group.hasVcl && (role.opens || role.firstSlice))) {
      group = { nals: [], key: false, hasVcl: false };
      groups.push(group);
    }
    group.nals.push(nal);
    group.key ||= role.key;
    group.hasVcl ||= role.vcl;
  }
  return groups
    .filter((group) => group.hasVcl)
    .map((group, index) => ({
      data: stream.subarray(group.nals[0]?.start ?? 0, group.nals.at(-1)?.end ?? 0),
      nals: group.nals.map((nal) => stream.subarray(nal.body, nal.end)),
      key: group.key,
      offset90k: (offsets[index] ?? 0) * frame90k,
      duration90k: frame90k,
    }));
}

function audioUnit(data: Buffer, duration90k: number): ClipUnit {
  return { data, nals: [], key: true, offset90k: 0, duration90k };
}

/** 40 ms of G.711 at 8 kHz, what most cameras put into one PES. */
const G711_BYTES = 320;
const G711_DURATION_90K = 3600;

/** G.711 in portions of 40 ms; a shorter rest at the end is left out so that the loop keeps its beat. */
export function g711Units(stream: Buffer): ClipUnit[] {
  const units: ClipUnit[] = [];
  for (let at = 0; at + G711_BYTES <= stream.length; at += G711_BYTES)
    units.push(audioUnit(stream.subarray(at, at + G711_BYTES), G711_DURATION_90K));
  return units;
}

/** Sampling frequencies by index, ISO/IEC 14496-3 table 1.18. */
const ADTS_RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];
const AAC_SAMPLES = 1024;

/** ADTS frames, headers included (ISO/IEC 14496-3 1.A.2.2). Ends where no frame follows. */
export function adtsUnits(stream: Buffer): ClipUnit[] {
  const units: ClipUnit[] = [];
  let at = 0;
  while (at + 7 <= stream.length && stream[at] === 0xff && ((stream[at + 1] ?? 0) & 0xf6) === 0xf0) {
    const length = (stream.readUInt32BE(at + 3) >> 13) & 0x1fff;
    const rate = ADTS_RATES[((stream[at + 2] ?? 0) >> 2) & 0x0f];
    if (length < 7 || at + length > stream.length || rate === undefined) break;
    units.push(audioUnit(stream.subarray(at, at + length), (AAC_SAMPLES * 90_000) / rate));
    at += length;
  }
  return units;
}
