import type { ClipUnit, VideoCodec } from './access-units.ts';
import type { Behaviour } from './behaviour.ts';
import type { Random } from './random.ts';

const LONG_START = Buffer.from([0, 0, 0, 1]);
const SHORT_START = Buffer.from([0, 0, 1]);
/** PS-29: H.264 type 30, H.265 type 48; neither standard uses them. */
const UNKNOWN_NAL: Record<VideoCodec, Buffer> = {
  h264: Buffer.from('1e0102', 'hex'),
  h265: Buffer.from('60010102', 'hex'),
};
const ADTS_HEADER = 7;

/** Whether this behaviour changes what is inside the frames. */
export function bendsUnits(behaviour: Behaviour): boolean {
  const { encrypted, parameterSetsOnce, shortStartCodes, unknownNals } = behaviour;
  return encrypted || parameterSetsOnce || shortStartCodes || unknownNals;
}

/** One access unit as a camera of this behaviour writes it. `isFirst`: the first key frame of the call. */
export function bentUnit(
  unit: ClipUnit,
  codec: VideoCodec,
  behaviour: Behaviour,
  isFirst: boolean,
  random: Random,
): { data: Buffer; nals: Buffer[] } {
  const start = behaviour.shortStartCodes ? SHORT_START : LONG_START;
  const kept = behaviour.parameterSetsOnce && !isFirst ? unit.nals.filter((nal) => !isSet(codec, nal)) : [...unit.nals];
  if (behaviour.unknownNals) kept.splice(kept.length - 1, 0, UNKNOWN_NAL[codec]);
  const nals = behaviour.encrypted ? kept.map((nal) => (isSlice(codec, nal) ? secret(codec, nal, random) : nal)) : kept;
  return { data: Buffer.concat(nals.flatMap((nal) => [start, nal])), nals };
}

/** ES-10: an AAC frame without its ADTS header. */
export function withoutAdts(frame: Buffer): Buffer {
  return frame.subarray(ADTS_HEADER);
}

function typeOf(codec: VideoCodec, nal: Buffer): number {
  return codec === 'h264' ? (nal[0] ?? 0) & 0x1f : ((nal[0] ?? 0) >> 1) & 0x3f;
}

function isSet(codec: VideoCodec, nal: Buffer): boolean {
  const type = typeOf(codec, nal);
  return codec === 'h264' ? type === 7 || type === 8 : type >= 32 && type <= 34;
}

function isSlice(codec: VideoCodec, nal: Buffer): boolean {
  const type = typeOf(codec, nal);
  return codec === 'h264' ? type === 1 || type === 5 : type < 32;
}

/** The header stays, the rest is noise in which no start code can stand. */
function secret(codec: VideoCodec, nal: Buffer, random: Random): Buffer {
  const out = Buffer.from(nal);
  for (let at = codec === 'h264' ? 1 : 2; at < out.length; at++) out[at] = Math.floor(random() * 256) | 4;
  return out;
}
