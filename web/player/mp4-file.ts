/**
 * Makes one file of what came over the wire: the init segment, then fragments whose times begin at zero and go on without a leap
 * when the gateway's time line began anew. ISO/IEC 14496-12: `tfdt` 8.8.12, `mdhd` 8.4.2, `tfhd` 8.8.7. Pure: no DOM.
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** Boxes whose content is boxes, on the way to those that are read. */
const CONTAINERS: ReadonlySet<string> = new Set(['moov', 'trak', 'mdia', 'moof', 'traf']);

/** Calls `visit` for every box that is no container, with the offset of its content. Stops at a size that cannot be. */
function walk(view: DataView, from: number, to: number, visit: (type: string, at: number) => void): void {
  for (let at = from; at + 8 <= to; ) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > to) return;
    const type = String.fromCharCode(
      view.getUint8(at + 4),
      view.getUint8(at + 5),
      view.getUint8(at + 6),
      view.getUint8(at + 7),
    );
    if (CONTAINERS.has(type)) walk(view, at + 8, at + size, visit);
    else visit(type, at + 8);
    at += size;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export class Mp4File {
  #init: Bytes | null = null;
  readonly #timescales = new Map<number, number>();
  /** Seconds of the wire's time line that are second 0 of the file; null: the next fragment says it. */
  #zeroS: number | null = null;
  #endS = 0;
  #lastStartS = 0;

  /** Seconds of the file so far. */
  get seconds(): number {
    return this.#endS;
  }

  /** What to write for an init segment: its bytes, nothing when it is known, or null when it cannot be part of this file. */
  init(bytes: Bytes): Bytes | null {
    if (this.#init !== null) {
      if (!areEqual(this.#init, bytes)) return null;
      this.#zeroS = null;
      return new Uint8Array(0);
    }
    this.#init = bytes;
    let trackId = 0;
    const view = viewOf(bytes);
    walk(view, 0, bytes.length, (type, at) => {
      const isLong = view.getUint8(at) === 1;
      if (type === 'tkhd') trackId = view.getUint32(at + (isLong ? 20 : 12));
      else if (type === 'mdhd') this.#timescales.set(trackId, view.getUint32(at + (isLong ? 20 : 12)));
    });
    return bytes;
  }

  /** A fragment as it is written: a copy with the file's times. */
  fragment(bytes: Bytes): Bytes {
    const times: { at: number; isLong: boolean; timescale: number; startS: number }[] = [];
    const copy = bytes.slice();
    const view = viewOf(copy);
    let timescale = 0;
    walk(view, 0, copy.length, (type, at) => {
      if (type === 'tfhd') timescale = this.#timescales.get(view.getUint32(at + 4)) ?? 0;
      if (type !== 'tfdt' || timescale === 0) return;
      const isLong = view.getUint8(at) === 1;
      const ticks = isLong ? Number(view.getBigUint64(at + 4)) : view.getUint32(at + 4);
      times.push({ at: at + 4, isLong, timescale, startS: ticks / timescale });
    });
    const firstS = Math.min(...times.map(({ startS }) => startS));
    if (times.length > 0) this.#zeroS ??= firstS - this.#endS;
    for (const time of times) {
      // Sound may begin a little before the first picture.
      const fileS = Math.max(0, time.startS - (this.#zeroS ?? 0));
      const ticks = Math.round(fileS * time.timescale);
      if (time.isLong) view.setBigUint64(time.at, BigInt(ticks));
      else view.setUint32(time.at, ticks);
    }
    if (times.length > 0) {
      const startS = firstS - (this.#zeroS ?? 0);
      // A fragment lasts as long as the one before it, as far as its end matters here.
      this.#endS = startS + Math.min(1, Math.max(0, startS - this.#lastStartS));
      this.#lastStartS = startS;
    }
    return copy;
  }
}
