/** G.711 (ITU-T G.711 tables 1 and 2): one byte to one 16-bit sample. */

export type Law = 'pcma' | 'pcmu';

function aLaw(byte: number): number {
  const code = byte ^ 0x55;
  const segment = (code >> 4) & 7;
  let value = ((code & 15) << 4) + 8;
  if (segment >= 1) value += 0x100;
  if (segment > 1) value <<= segment - 1;
  return (code & 0x80) !== 0 ? value : -value;
}

function muLaw(byte: number): number {
  const code = ~byte & 0xff;
  const value = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
  return (code & 0x80) !== 0 ? -value : value;
}

/** 16-bit values by code byte. */
export const G711_TO_PCM: Readonly<Record<Law, Int16Array>> = {
  pcma: Int16Array.from({ length: 256 }, (_, byte) => aLaw(byte)),
  pcmu: Int16Array.from({ length: 256 }, (_, byte) => muLaw(byte)),
};

/** Low bits that are 0 in every value of the law: A-law values are multiples of 8, µ-law of 4. FLAC calls them wasted. */
export const G711_ZERO_BITS: Readonly<Record<Law, number>> = { pcma: 3, pcmu: 2 };

export const G711_SAMPLE_RATE = 8000;
