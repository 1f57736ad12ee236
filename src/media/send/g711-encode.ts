import { G711_TO_PCM, type Law } from '../es/g711.ts';

/** 16-bit samples into G.711 (ITU-T G.711): the code whose value is nearest. */

/** One entry for each value of a sample, by its 16 bits. */
const TABLES: Readonly<Record<Law, Uint8Array>> = { pcma: tableOf('pcma'), pcmu: tableOf('pcmu') };

function tableOf(law: Law): Uint8Array {
  const byValue = [...G711_TO_PCM[law].entries()].sort(([, a], [, b]) => a - b);
  const table = new Uint8Array(65_536);
  let at = 0;
  for (let sample = -32_768; sample < 32_768; sample += 1) {
    const isNearer = (next: number): boolean =>
      next < byValue.length && Math.abs(byValue[next]![1] - sample) <= Math.abs(byValue[at]![1] - sample);
    while (isNearer(at + 1)) at += 1;
    table[sample & 0xffff] = byValue[at]![0];
  }
  return table;
}

/** Writes the codes of `pcm` into `out` from `offset` on. */
export function encodeG711(law: Law, pcm: Int16Array, out: Uint8Array, offset: number): void {
  const table = TABLES[law];
  for (let i = 0; i < pcm.length; i += 1) out[offset + i] = table[pcm[i]! & 0xffff]!;
}
