import type { VideoCodec } from './access-units.ts';

/** What fits into one packet beside the headers of RTP and of a fragment. */
const MAX_NAL_BYTES = 1400;

/** NAL units as RTP payloads (RFC 6184 5.6 and 5.8, RFC 7798 4.4.1 and 4.4.3): single, or in fragments. */
export function nalPayloads(codec: VideoCodec, nals: readonly Buffer[]): Buffer[] {
  return nals.flatMap((nal) => {
    const bare = withoutZeros(nal);
    return bare.length <= MAX_NAL_BYTES ? [bare] : fragments(codec, bare);
  });
}

/** Trailing zeros belong to the byte stream, not to the NAL unit. */
function withoutZeros(nal: Buffer): Buffer {
  let end = nal.length;
  while (end > 0 && nal[end - 1] === 0) end--;
  return nal.subarray(0, end);
}

function fragments(codec: VideoCodec, nal: Buffer): Buffer[] {
  const header = codec === 'h264' ? 1 : 2;
  const first = nal[0] ?? 0;
  const out: Buffer[] = [];
  for (let at = header; at < nal.length; at += MAX_NAL_BYTES) {
    const flags = (at === header ? 0x80 : 0) | (at + MAX_NAL_BYTES >= nal.length ? 0x40 : 0);
    const head =
      codec === 'h264'
        ? [(first & 0xe0) | 28, flags | (first & 0x1f)]
        : [(first & 0x81) | (49 << 1), nal[1] ?? 0, flags | ((first >> 1) & 0x3f)];
    out.push(Buffer.concat([Buffer.from(head), nal.subarray(at, at + MAX_NAL_BYTES)]));
  }
  return out;
}
