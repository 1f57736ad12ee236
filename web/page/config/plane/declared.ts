import type { Value } from '../change.ts';
import type { Size } from './box.ts';

/** Codes of the `f` line of SDP (GB/T 28181 annex G). */
const CODES: Readonly<Record<string, Size>> = {
  1: { width: 176, height: 144 },
  2: { width: 352, height: 288 },
  3: { width: 704, height: 576 },
  4: { width: 720, height: 576 },
  5: { width: 1280, height: 720 },
  6: { width: 1920, height: 1080 },
};

/** A resolution as configurations have it: a code, or `2560x1440`. Null for what is none. Pure. */
export function sizeOfResolution(text: string): Size | null {
  const [, width, height] = /^(\d{2,5})[x×*](\d{2,5})$/i.exec(text.trim()) ?? [];
  if (width !== undefined && height !== undefined) return { width: Number(width), height: Number(height) };
  return Object.hasOwn(CODES, text) ? (CODES[text] ?? null) : null;
}

/** The size of the main stream by what the device says of its streams; the first of them is the main one where they have names. Pure. */
export function declaredSize(config: Readonly<Record<string, Value>>): Size | null {
  for (const section of ['VideoParamAttribute', 'VideoParamConfig']) {
    const { Item } = (config[section] ?? {}) as Readonly<Record<string, Value>>;
    const streams = (Array.isArray(Item) ? Item : []) as readonly Readonly<Record<string, Value>>[];
    const main = streams.find(({ StreamNumber }) => StreamNumber === 0) ?? streams[0];
    const size = main?.Resolution === undefined ? null : sizeOfResolution(String(main.Resolution));
    if (size !== null) return size;
  }
  return null;
}
