/** CRC of a program stream map (ISO/IEC 13818-1 annex A): polynomial 0x04C11DB7, most significant bit first, nothing inverted at the end. */
export function crc32Mpeg(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  }
  return crc >>> 0;
}
