import type { Zone } from './zone.ts';

/** The browser needs the address until it has begun to save. */
const KEEP_MS = 10_000;

/** `North door-20261121T093000.jpg`: what no file name may hold becomes `_`; the time is that of the picture. Pure. */
export function stillName(name: string, epochMs: number, zone: Zone): string {
  const time = `${zone.date(epochMs).replaceAll('-', '')}T${zone.clock(epochMs).replaceAll(':', '')}`;
  return `${name.replace(/[\\/:*?"<>|\p{Cc}]+/gu, '_')}-${time}.jpg`;
}

/** Gives a picture to the browser to keep. */
export function keepFile(picture: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(picture);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}
