/** IPv4 (RFC 791) and IPv6 (RFC 8200) packets, and what was cut into fragments put together again. Sans-IO, bounded. */
import { addressText } from '../addresses.ts';

/** Datagrams that wait for fragments. A camera's large frames come in up to 45 fragments each, a few at a time. */
export const MAX_OPEN_DATAGRAMS = 256;
/** A datagram that is not whole by then never will be (RFC 8200 4.5 says 60 s, Linux waits 30). */
export const FRAGMENT_PATIENCE_MS = 30_000;
/** Headers between the fixed one of IPv6 and the transport. */
const MAX_EXTENSIONS = 8;
/** Addresses whose text is remembered. */
const MAX_NAMES = 4096;

const FRAGMENT_HEADER = 44;
const EXTENSIONS = new Set([0, 43, 51, 60, 135]);

/** One whole IP payload. `bytes[start, end)` is valid during the call only. */
export interface IpPayload {
  source: string;
  target: string;
  /** 6 TCP, 17 UDP. */
  protocol: number;
  bytes: Uint8Array;
  start: number;
  end: number;
}

export interface IpCounts {
  /** Packets that are no IP, or whose lengths contradict each other. */
  malformed: number;
  /** Datagrams of which fragments are missing. */
  incomplete: number;
  /** Packets of which the capture kept a part only. */
  cut: number;
}

interface Open {
  readonly sinceMs: number;
  readonly source: string;
  readonly target: string;
  readonly protocol: number;
  readonly pieces: { readonly at: number; readonly bytes: Buffer }[];
  received: number;
  /** Length of the whole payload, once its last fragment came. */
  total: number | null;
}

/** Fragments of one datagram: more than any path makes of 64 KiB. */
const MAX_PIECES = 512;

export class IpLayer {
  readonly counts: IpCounts = { malformed: 0, incomplete: 0, cut: 0 };
  readonly #out: (payload: IpPayload) => void;
  readonly #payload: IpPayload = { source: '', target: '', protocol: 0, bytes: new Uint8Array(0), start: 0, end: 0 };
  readonly #open = new Map<string, Open>();
  readonly #names = new Map<string, string>();

  constructor(out: (payload: IpPayload) => void) {
    this.#out = out;
  }

  /** Datagrams that are not whole. */
  get pending(): number {
    return this.#open.size;
  }

  /** A packet whose IP header begins at `at`. */
  packet(bytes: Uint8Array, at: number, nowMs: number): void {
    const version = (bytes[at] ?? 0) >> 4;
    if (version === 4) this.#version4(bytes, at, nowMs);
    else if (version === 6) this.#version6(bytes, at, nowMs);
    else this.counts.malformed += 1;
  }

  #version4(bytes: Uint8Array, at: number, nowMs: number): void {
    const header = (bytes[at]! & 15) * 4;
    if (header < 20 || at + header > bytes.length) {
      this.counts.malformed += 1;
      return;
    }
    // Length 0: the network card was to fill it in (segmentation offload); all of the frame belongs to it.
    const length = uint16(bytes, at + 2) || bytes.length - at;
    if (length < header) {
      this.counts.malformed += 1;
      return;
    }
    if (at + length > bytes.length) {
      this.counts.cut += 1;
      return;
    }
    const fragment = uint16(bytes, at + 6);
    this.#found(bytes, at + 12, at + 16, 4, bytes[at + 9]!, at + header, at + length);
    const isWhole = (fragment & 0x3fff) === 0;
    if (isWhole) this.#out(this.#payload);
    else this.#fragment(uint16(bytes, at + 4), (fragment & 0x1fff) * 8, (fragment & 0x2000) !== 0, nowMs);
  }

  #version6(bytes: Uint8Array, at: number, nowMs: number): void {
    if (at + 40 > bytes.length) {
      this.counts.malformed += 1;
      return;
    }
    const end = at + 40 + (uint16(bytes, at + 4) || bytes.length - at - 40);
    if (end > bytes.length) {
      this.counts.cut += 1;
      return;
    }
    let next = bytes[at + 6]!;
    let start = at + 40;
    for (let n = 0; EXTENSIONS.has(next); n += 1) {
      if (n === MAX_EXTENSIONS || start + 8 > end) {
        this.counts.malformed += 1;
        return;
      }
      // the authentication header counts words of 4 bytes, all others of 8
      const length = next === 51 ? (bytes[start + 1]! + 2) * 4 : (bytes[start + 1]! + 1) * 8;
      next = bytes[start]!;
      start += length;
    }
    if (start > end || (next === FRAGMENT_HEADER && start + 8 > end)) {
      this.counts.malformed += 1;
      return;
    }
    if (next !== FRAGMENT_HEADER) {
      this.#found(bytes, at + 8, at + 24, 16, next, start, end);
      this.#out(this.#payload);
      return;
    }
    const field = uint16(bytes, start + 2);
    const id = uint16(bytes, start + 4) * 0x10000 + uint16(bytes, start + 6);
    this.#found(bytes, at + 8, at + 24, 16, bytes[start]!, start + 8, end);
    if ((field & 0xfff9) === 0) this.#out(this.#payload);
    else this.#fragment(id, field & 0xfff8, (field & 1) !== 0, nowMs);
  }

  #found(b: Uint8Array, source: number, target: number, size: 4 | 16, protocol: number, start: number, end: number) {
    const payload = this.#payload;
    payload.source = this.#name(b, source, size);
    payload.target = this.#name(b, target, size);
    payload.protocol = protocol;
    payload.bytes = b;
    payload.start = start;
    payload.end = end;
  }

  /** The fragment in `#payload`: kept; with the last missing one the datagram goes out. Of what comes twice the first counts. */
  #fragment(id: number, offset: number, isMore: boolean, nowMs: number): void {
    const { source, target, protocol, bytes, start, end } = this.#payload;
    this.#giveUp(nowMs);
    const key = `${source} ${target} ${protocol} ${id}`;
    let open = this.#open.get(key);
    if (open === undefined) {
      open = { sinceMs: nowMs, source, target, protocol, pieces: [], received: 0, total: null };
      this.#open.set(key, open);
    }
    if (offset + end - start > 0xffff || open.pieces.length >= MAX_PIECES) {
      this.counts.malformed += 1;
      return;
    }
    if (open.pieces.some((piece) => offset < piece.at + piece.bytes.length && piece.at < offset + end - start)) return;
    open.pieces.push({ at: offset, bytes: Buffer.from(bytes.subarray(start, end)) });
    open.received += end - start;
    if (!isMore) open.total = offset + end - start;
    if (open.total === null || open.received < open.total) return;
    this.#open.delete(key);
    if (open.received > open.total) {
      this.counts.malformed += 1;
      return;
    }
    const whole = Buffer.alloc(open.total);
    for (const piece of open.pieces) piece.bytes.copy(whole, piece.at);
    this.#out({ source, target, protocol, bytes: whole, start: 0, end: whole.length });
  }

  #giveUp(nowMs: number): void {
    for (const [key, open] of this.#open) {
      if (this.#open.size < MAX_OPEN_DATAGRAMS && nowMs - open.sinceMs < FRAGMENT_PATIENCE_MS) return;
      this.#open.delete(key);
      this.counts.incomplete += 1;
    }
  }

  /** Making the text costs more than finding it. */
  #name(bytes: Uint8Array, at: number, size: 4 | 16): string {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset + at, size).toString('latin1');
    let name = this.#names.get(key);
    if (name === undefined) {
      if (this.#names.size >= MAX_NAMES) this.#names.clear();
      name = addressText(bytes, at, size);
      this.#names.set(key, name);
    }
    return name;
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
