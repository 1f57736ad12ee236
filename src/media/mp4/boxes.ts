/** Boxes of ISO/IEC 14496-12 as functions named by their four letters; each returns its bytes. For the cold path: init segments. */

export function box(type: string, ...parts: readonly Uint8Array[]): Buffer {
  let size = 8;
  for (const part of parts) size += part.length;
  const out = Buffer.allocUnsafeSlow(size);
  out.writeUInt32BE(size, 0);
  out.write(type, 4, 'latin1');
  let at = 8;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function fullBox(type: string, version: number, flags: number, ...parts: readonly Uint8Array[]): Buffer {
  return box(type, u32(((version << 24) | flags) >>> 0), ...parts);
}

export function u8(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

export function u16(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [(value >> 8) & 0xff, value & 0xff]));
}

export function u32(...values: readonly number[]): Uint8Array {
  // not by an array of bytes: recordings come here for every group of pictures
  const out = new Uint8Array(values.length * 4);
  for (const [i, value] of values.entries()) {
    out[i * 4] = value >>> 24;
    out[i * 4 + 1] = value >>> 16;
    out[i * 4 + 2] = value >>> 8;
    out[i * 4 + 3] = value;
  }
  return out;
}

export function text(value: string): Uint8Array {
  return Buffer.from(value, 'latin1');
}

const MATRIX = u32(0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000);

/** 8.3: `iso6` has tfdt and default-base-is-moof. */
export const ftyp = (): Buffer => box('ftyp', text('iso6'), u32(0), text('iso6mp41'));

export const mvhd = (nextTrack: number): Buffer =>
  fullBox(
    'mvhd',
    0,
    0,
    u32(0, 0, 1000, 0, 0x1_0000),
    u16(0x100, 0),
    u32(0, 0),
    MATRIX,
    new Uint8Array(24),
    u32(nextTrack),
  );

/** `audio` tracks have volume, `video` tracks a size. */
export const tkhd = (id: number, width: number, height: number, audio: boolean): Buffer =>
  fullBox(
    'tkhd',
    0,
    3,
    u32(0, 0, id, 0, 0, 0, 0),
    u16(0, audio ? 1 : 0, audio ? 0x100 : 0, 0),
    MATRIX,
    u32(width * 0x1_0000, height * 0x1_0000),
  );

/** Language `und`. */
export const mdhd = (timescale: number): Buffer => fullBox('mdhd', 0, 0, u32(0, 0, timescale, 0), u16(0x55c4, 0));

export const hdlr = (type: 'vide' | 'soun'): Buffer =>
  fullBox('hdlr', 0, 0, u32(0), text(type), u32(0, 0, 0), text(type === 'vide' ? 'video\0' : 'audio\0'));

export const vmhd = (): Buffer => fullBox('vmhd', 0, 1, u16(0, 0, 0, 0));
export const smhd = (): Buffer => fullBox('smhd', 0, 0, u16(0, 0));
export const dinf = (): Buffer => box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)));

/** Empty tables: the samples are in fragments. */
export const stbl = (entry: Buffer): Buffer =>
  box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), entry),
    fullBox('stts', 0, 0, u32(0)),
    fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0, 0)),
    fullBox('stco', 0, 0, u32(0)),
  );

export const trex = (id: number): Buffer => fullBox('trex', 0, 0, u32(id, 1, 0, 0, 0));

/** `avc1` + `avcC` or `hvc1` + `hvcC` (ISO/IEC 14496-15). */
export const visualEntry = (type: string, width: number, height: number, config: Buffer): Buffer =>
  box(
    type,
    u8(0, 0, 0, 0, 0, 0),
    u16(1, 0, 0, 0, 0, 0, 0, 0, 0, width, height),
    u32(0x48_0000, 0x48_0000, 0),
    u16(1),
    new Uint8Array(32),
    u16(0x18, 0xffff),
    config,
  );

/** `fLaC` + `dfLa` or `mp4a` + `esds`. */
export const audioEntry = (type: string, channels: number, sampleRate: number, config: Buffer): Buffer =>
  box(type, u8(0, 0, 0, 0, 0, 0), u16(1), u32(0, 0), u16(channels, 16, 0, 0), u32(sampleRate * 0x1_0000), config);

/** FLAC in ISOBMFF: the STREAMINFO block with the last-block flag. */
export const dfLa = (streamInfo: Uint8Array): Buffer =>
  fullBox('dfLa', 0, 0, u8(0x80, 0, 0, streamInfo.length), streamInfo);

/** ISO/IEC 14496-1 7.2.6: ES descriptor with the AudioSpecificConfig; track id 0, no bit rates. */
export const esds = (config: Uint8Array): Buffer =>
  fullBox(
    'esds',
    0,
    0,
    u8(3, 23 + config.length, 0, 0, 0),
    u8(4, 15 + config.length, 0x40, 0x15, 0, 0, 0),
    u32(0, 0),
    u8(5, config.length),
    config,
    u8(6, 1, 2),
  );
