import type { VideoCodec } from '../access-units.ts';

/**
 * The mark that every picture of footage carries: a user_data_unregistered SEI (ISO/IEC 14496-10 D.1.7, ISO/IEC 23008-2 D.2.7) in
 * front of the slices. Behind the UUID stands text: `t=` and the content time in epoch milliseconds, 15 digits; `;c=` and the id of
 * the channel, 20 characters; `;`; then filler. Text needs no emulation prevention, and can be found in any dump by eye.
 */
export const TIME_MARK_UUID = Buffer.from('gbgate-footage-1', 'latin1');

const TIME_DIGITS = 15;
const CHANNEL_CHARACTERS = 20;
const SEI_HEADER: Record<VideoCodec, Buffer> = { h264: Buffer.from([0x06]), h265: Buffer.from([0x4e, 0x01]) };
const USER_DATA_UNREGISTERED = 5;
/** Where, behind the first byte of the UUID, the digits and the id stand. */
const TIME_AT = TIME_MARK_UUID.length + 2;
const CHANNEL_AT = TIME_AT + TIME_DIGITS + 3;
const MARK_BYTES = CHANNEL_AT + CHANNEL_CHARACTERS + 1;

/** An SEI NAL unit, without start code, whose time is 0 and which carries so many bytes of filler. */
export function emptyTimeMark(codec: VideoCodec, fillerBytes: number): Buffer {
  const text = `t=${'0'.repeat(TIME_DIGITS)};c=${'0'.repeat(CHANNEL_CHARACTERS)};${'x'.repeat(fillerBytes)}`;
  const size = TIME_MARK_UUID.length + text.length;
  const sizes = Buffer.alloc(Math.floor(size / 255) + 1, 0xff);
  sizes[sizes.length - 1] = size % 255;
  return Buffer.concat([
    SEI_HEADER[codec],
    Buffer.from([USER_DATA_UNREGISTERED]),
    sizes,
    TIME_MARK_UUID,
    Buffer.from(text, 'latin1'),
    Buffer.from([0x80]), // rbsp_trailing_bits
  ]);
}

/** Writes time and channel into the mark whose UUID begins at `at`. */
export function writeTimeMark(bytes: Buffer, at: number, contentEpochMs: number, channelId: string): void {
  bytes.write(String(contentEpochMs).padStart(TIME_DIGITS, '0'), at + TIME_AT, TIME_DIGITS, 'latin1');
  bytes.write(channelId.padEnd(CHANNEL_CHARACTERS, ' '), at + CHANNEL_AT, CHANNEL_CHARACTERS, 'latin1');
}

export interface TimeMark {
  readonly contentEpochMs: number;
  readonly channelId: string;
}

/** Every mark in these bytes (an elementary stream, a file), in their order. */
export function timeMarksIn(bytes: Buffer): TimeMark[] {
  const marks: TimeMark[] = [];
  for (let at = bytes.indexOf(TIME_MARK_UUID); at >= 0; at = bytes.indexOf(TIME_MARK_UUID, at + MARK_BYTES)) {
    const text = bytes.toString('latin1', at + TIME_AT, at + MARK_BYTES - 1);
    if (text.length === MARK_BYTES - 1 - TIME_AT)
      marks.push({
        contentEpochMs: Number(text.slice(0, TIME_DIGITS)),
        channelId: text.slice(TIME_DIGITS + 3).trimEnd(),
      });
  }
  return marks;
}
