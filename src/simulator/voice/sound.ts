/** Sound as a camera hears and makes it. A-law by its definition (ITU-T G.711), written apart from the project's own. */

/** Samples of one packet: 20 ms at 8 kHz. */
export const PACKET_SAMPLES = 160;
/** Of the camera's own voice in a talk. */
const OWN_HZ = 700;
const OWN_LEVEL = 8000;
const RATE = 8000;

/** One A-law byte as a 16-bit sample. */
export function decodeAlaw(byte: number): number {
  const code = byte ^ 0x55;
  const exponent = (code & 0x70) >> 4;
  const mantissa = (code & 0x0f) * 16 + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 256) * 2 ** (exponent - 1);
  return (code & 0x80) === 0 ? -magnitude : magnitude;
}

function encodeAlaw(sample: number): number {
  const magnitude = Math.min(32_767, Math.abs(sample));
  let exponent = 7;
  while (exponent > 0 && magnitude < 256 * 2 ** (exponent - 1)) exponent -= 1;
  const mantissa = exponent === 0 ? magnitude >> 4 : (magnitude >> (exponent + 3)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | mantissa) ^ 0x55;
}

/** The next packet of the camera's own voice: a tone of 700 Hz. */
export function ownVoice(firstSample: number): Buffer {
  return Buffer.from(
    Uint8Array.from({ length: PACKET_SAMPLES }, (_, i) =>
      encodeAlaw(Math.round(OWN_LEVEL * Math.sin((2 * Math.PI * OWN_HZ * (firstSample + i)) / RATE))),
    ),
  );
}

/** A-law out of one packet's payload: as it is, or the audio PES of a program stream; null when there is none. */
export function alawOf(payload: Uint8Array, isPs: boolean): Uint8Array | null {
  if (!isPs) return payload;
  const at = Buffer.from(payload.buffer, payload.byteOffset, payload.length).indexOf(Buffer.from([0, 0, 1, 0xc0]));
  if (at < 0 || at + 9 > payload.length) return null;
  const end = at + 6 + ((payload[at + 4]! << 8) | payload[at + 5]!);
  const start = at + 9 + payload[at + 8]!;
  return end <= payload.length && start <= end ? payload.subarray(start, end) : null;
}
