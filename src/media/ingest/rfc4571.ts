/**
 * RTP over TCP: every packet behind its 16-bit length (RFC 4571 section 2). Sans-IO. Reads may be cut anywhere;
 * whole packets inside one read are handed on as views, only a packet that crosses reads is copied. Also read:
 * RTSP interleaved framing, `$` channel length (RFC 2326 section 10.12), which some devices send instead (TCP-1).
 * A stream that lost bytes (TCP-5) is taken up again at the next pair of packets that agree with each other.
 */
import { isRtcp, RTP_HEADER_BYTES, ssrcOf } from './rtp.ts';

export type Framing = 'rfc4571' | 'interleaved';

export interface DeframerCounts {
  packets: number;
  /** Frames of length 0 (TCP-4). */
  empty: number;
  /** Times the framing was lost (TCP-5). */
  resyncs: number;
  /** Bytes thrown away to find the framing again. */
  skippedBytes: number;
  /** Bytes before the first packet: a private header (TCP-3). */
  headerBytes: number;
  /** The stream began with a frame of length 0: 32-bit lengths (TCP-8). */
  wide: number;
}

/** An RTCP packet has at least its 8-byte header; an RTP packet 12 (RFC 3550). */
const MIN_PACKET_BYTES = 8;

/** Largest frame of either framing, its head included; what may wait for the rest of a packet. */
export const MAX_FRAME_BYTES = 4 + 0xffff;

/** While the framing is lost: one whole frame and the head that must follow it, twice, so that a search always ends. */
export const MAX_SEARCH_BYTES = 2 * MAX_FRAME_BYTES;

/** Bytes without any framing in them after which the connection is given up: 4 s of a 2 Mbit/s camera. */
export const MAX_SKIPPED_BYTES = 1024 * 1024;

/** SSRCs one connection may mix (video and audio apart, a stranger's restart); the oldest is forgotten. */
const MAX_KNOWN_SSRC = 4;

/** Empty frames (TCP-4) that are passed over between two packets that have to agree: more prove nothing, and each costs a look. */
const MAX_EMPTY_RUN = 8;

/** The carry buffer starts with room for one packet of usual size. */
const CARRY_BYTES = 2048;

export class Deframer {
  readonly counts: DeframerCounts = {
    packets: 0,
    empty: 0,
    resyncs: 0,
    skippedBytes: 0,
    headerBytes: 0,
    wide: 0,
  };
  readonly #packet: (packet: Uint8Array) => void;
  #framing: Framing | null = null;
  #carry: Buffer = Buffer.allocUnsafeSlow(CARRY_BYTES);
  #carried = 0;
  #searching = false;
  /** The search still stands at the place where the framing was lost. */
  #lossPoint = false;
  /** Where the search goes on, so that bytes are not looked at twice. */
  #searchFrom = 0;
  #ssrc = -1;
  #known: number[] = [];
  #skippedInARow = 0;
  #closed = false;

  /** `packet` gets each RTP or RTCP packet without its length; the bytes are only valid during the call. */
  constructor(packet: (packet: Uint8Array) => void) {
    this.#packet = packet;
  }

  /** What the stream turned out to be; null before its first packet. */
  get framing(): Framing | null {
    return this.#framing;
  }

  /** What has come of a frame that is not whole yet; valid until the next `push`. */
  get pending(): Uint8Array {
    return this.#carry.subarray(0, this.#carried);
  }

  /** Stops handing packets on, also in the middle of a read. */
  close(): void {
    this.#closed = true;
    this.#carried = 0;
  }

  /**
   * The next bytes of the stream; they are not kept. False: this is no RTP stream (a megabyte without a packet), the
   * connection should be closed.
   */
  push(chunk: Uint8Array): boolean {
    let offset = 0;
    while (!this.#closed && this.#carried > 0 && offset < chunk.length) {
      offset += this.#complete(chunk, offset);
      if (this.#skippedInARow > MAX_SKIPPED_BYTES) return false;
    }
    if (this.#closed || offset >= chunk.length) return true;
    const used = this.#frames(chunk, offset);
    if (!this.#closed && used < chunk.length) this.#keep(chunk, used, chunk.length);
    return this.#skippedInARow <= MAX_SKIPPED_BYTES;
  }

  /** Takes from the chunk what the carried bytes need next; returns how much. */
  #complete(chunk: Uint8Array, offset: number): number {
    const wanted = this.#searching ? MAX_SEARCH_BYTES : this.#frameBytes(this.#carry, 0, this.#carried);
    const take = Math.min(wanted - this.#carried, chunk.length - offset);
    this.#keep(chunk, offset, offset + take);
    const used = this.#frames(this.#carry, 0, this.#carried);
    if (this.#closed) return take;
    if (used > 0) {
      this.#carry.copyWithin(0, used, this.#carried);
      this.#carried -= used;
    }
    return take;
  }

  /** How many bytes are needed before the frame at `at` can be judged. */
  #frameBytes(bytes: Uint8Array, at: number, end: number): number {
    const head = this.#framing === 'interleaved' ? 4 : 2;
    if (this.#framing === null) return undecidedBytes(bytes, at, end);
    if (end - at < head) return head;
    return head + uint16(bytes, at + head - 2);
  }

  #keep(chunk: Uint8Array, from: number, to: number): void {
    const needed = this.#carried + to - from;
    if (needed > this.#carry.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(this.#carry.length * 2, MAX_SEARCH_BYTES)));
      this.#carry.copy(larger, 0, 0, this.#carried);
      this.#carry = larger;
    }
    this.#carry.set(chunk.subarray(from, to), this.#carried);
    this.#carried = needed;
  }

  /** Hands on every whole frame in `bytes[from, end)`; returns where the first incomplete one starts. */
  #frames(bytes: Uint8Array, from: number, end = bytes.length): number {
    let at = from;
    while (!this.#closed) {
      if (this.#searching) {
        const found = this.#search(bytes, at, end);
        this.#skip(found - at);
        at = found;
        if (this.#searching) return at;
      }
      if (this.#framing === null && !this.#decide(bytes, at, end)) return at;
      const head = this.#framing === 'interleaved' ? 4 : 2;
      if (at + head > end) return at;
      const length = uint16(bytes, at + head - 2);
      const empty = emptyBytes(bytes, at, end, head);
      if (empty > 0) {
        this.counts.empty += 1;
        // TCP-8: the upper half of a 32-bit length reads as an empty frame, so such streams need no framing of their own.
        if (this.counts.packets === 0 && head === 2) this.counts.wide = 1;
        at += empty;
        continue;
      }
      const start = at + head;
      // Judged as soon as its header is there: a wrong length must not make us wait for 64 KiB.
      const seen = end - start;
      if (seen < Math.min(length, RTP_HEADER_BYTES) && length >= MIN_PACKET_BYTES) return at;
      if (!this.#plausible(bytes, at, start, length)) {
        this.#lose();
        continue;
      }
      if (seen < length) return at;
      if (this.counts.packets === 0) this.counts.headerBytes = this.counts.skippedBytes;
      this.counts.packets += 1;
      this.#skippedInARow = 0;
      at = start + length;
      this.#packet(bytes.subarray(start, at));
    }
    return at;
  }

  /** TCP-1, TCP-2: `$` alone proves nothing, 0x24xx is also a length. True when the framing is known (or lost). */
  #decide(bytes: Uint8Array, at: number, end: number): boolean {
    if (end - at < 2) return false;
    if (bytes[at] !== 0x24) {
      this.#framing = 'rfc4571';
      return true;
    }
    // Both readings must show two packets that agree; the shorter one is decided first.
    const interleaved = agreement(bytes, at, end, 4);
    const plain = agreement(bytes, at, end, 2);
    if (interleaved === 'yes') this.#framing = 'interleaved';
    else if (plain === 'yes') this.#framing = 'rfc4571';
    else if (interleaved === 'wait' || plain === 'wait') return false;
    else {
      this.#framing = 'rfc4571';
      this.#lose();
    }
    return true;
  }

  /** TCP-5: version 2 and an SSRC this connection has shown before. */
  #plausible(bytes: Uint8Array, at: number, start: number, length: number): boolean {
    if (length < MIN_PACKET_BYTES || (bytes[start]! & 0xc0) !== 0x80) return false;
    if (this.#framing === 'interleaved' && bytes[at] !== 0x24) return false;
    const second = bytes[start + 1]!;
    if (second >= 200 && second <= 207) return (length & 3) === 0;
    if (length < RTP_HEADER_BYTES) return false;
    const ssrc = uint32(bytes, start + 8);
    if (ssrc === this.#ssrc) return true;
    if (this.#ssrc === -1) {
      this.#learn(ssrc);
      return true;
    }
    if (!this.#known.includes(ssrc)) return false;
    this.#ssrc = ssrc;
    return true;
  }

  #learn(ssrc: number): void {
    this.#ssrc = ssrc;
    if (this.#known.includes(ssrc)) return;
    this.#known.push(ssrc);
    if (this.#known.length > MAX_KNOWN_SSRC) this.#known.shift();
  }

  #lose(): void {
    this.#searching = true;
    this.#lossPoint = true;
    this.#searchFrom = 0;
    this.counts.resyncs += 1;
  }

  #skip(bytes: number): void {
    this.counts.skippedBytes += bytes;
    this.#skippedInARow += bytes;
  }

  /**
   * Looks for a frame followed by one that agrees with it. Its SSRC is known, or it stands just where the framing was
   * lost (a sender that changed its SSRC lost nothing). Returns where to go on; bytes before it are of no use. Every
   * position is judged once: the search stops at the first that has to wait for its partner.
   */
  #search(bytes: Uint8Array, from: number, end: number): number {
    let atLoss: Agreement = 'no';
    if (this.#lossPoint) {
      atLoss = this.#candidate(bytes, from, end, true);
      if (atLoss === 'yes') return from;
      if (atLoss === 'no') this.#lossPoint = false;
    }
    let at = from + this.#searchFrom;
    for (; at + 2 + RTP_HEADER_BYTES <= end; at += 1) {
      const answer = this.#candidate(bytes, at, end, false);
      if (answer === 'yes') return at;
      if (answer === 'wait') break;
    }
    at = Math.max(at, from);
    this.#searchFrom = atLoss === 'wait' ? at - from : 0;
    return atLoss === 'wait' ? from : at;
  }

  #candidate(bytes: Uint8Array, at: number, end: number, anySsrc: boolean): Agreement {
    // TCP-3: until the first packet the framing itself is in doubt, a private header may stand before it.
    const fresh = this.counts.packets === 0;
    if (fresh && bytes[at] === 0x24) {
      const interleaved = this.#agrees(bytes, at, end, 4, anySsrc);
      if (interleaved !== 'no') {
        if (interleaved === 'yes') this.#framing = 'interleaved';
        return interleaved;
      }
    }
    const head = this.#framing === 'interleaved' && !fresh ? 4 : 2;
    const answer = this.#agrees(bytes, at, end, head, anySsrc);
    if (answer === 'yes' && fresh) this.#framing = 'rfc4571';
    return answer;
  }

  #agrees(bytes: Uint8Array, at: number, end: number, head: 2 | 4, anySsrc: boolean): Agreement {
    const start = at + head;
    if (start + RTP_HEADER_BYTES > end) return 'wait';
    if ((bytes[start]! & 0xc0) !== 0x80) return 'no';
    const ssrc = uint32(bytes, start + 8);
    if (!anySsrc && this.#known.length > 0 && !this.#known.includes(ssrc)) return 'no';
    const answer = agreement(bytes, at, end, head, this.#known);
    if (answer === 'yes') {
      this.#searching = false;
      this.#learn(ssrc);
    }
    return answer;
  }
}

type Agreement = 'yes' | 'no' | 'wait';

/** Whether the frame at `at` (head of 2 or 4 bytes) is an RTP packet and the one behind it agrees. */
function agreement(bytes: Uint8Array, at: number, end: number, head: 2 | 4, known: readonly number[] = []): Agreement {
  const start = at + head;
  if (end - start < RTP_HEADER_BYTES) return 'wait';
  const length = uint16(bytes, start - 2);
  if (length < RTP_HEADER_BYTES || (bytes[start]! & 0xc0) !== 0x80) return 'no';
  if (head === 4 && bytes[at] !== 0x24) return 'no';
  const packet = bytes.subarray(start, end);
  if (isRtcp(packet)) return 'no';
  const next = pastEmpty(bytes, start + length, end, head) + head;
  if (end - next < RTP_HEADER_BYTES) return 'wait';
  const following = bytes.subarray(next, end);
  if ((following[0]! & 0xc0) !== 0x80 || uint16(bytes, next - 2) < MIN_PACKET_BYTES) return 'no';
  if (head === 4 && bytes[next - 4] !== 0x24) return 'no';
  if (isRtcp(following)) return 'yes';
  const ssrc = ssrcOf(following);
  return ssrc === ssrcOf(packet) || known.includes(ssrc) ? 'yes' : 'no';
}

/** TCP-4: the bytes of the empty frame at `at`, 0 when it is none. Two bytes of nothing also come between frames of RTSP. */
function emptyBytes(bytes: Uint8Array, at: number, end: number, head: 2 | 4): number {
  if (at + 2 > end) return 0;
  if (uint16(bytes, at) === 0) return 2;
  return head === 4 && at + 4 <= end && bytes[at] === 0x24 && uint16(bytes, at + 2) === 0 ? 4 : 0;
}

function pastEmpty(bytes: Uint8Array, from: number, end: number, head: 2 | 4): number {
  let at = from;
  for (let run = 0; run < MAX_EMPTY_RUN; run += 1) {
    const empty = emptyBytes(bytes, at, end, head);
    if (empty === 0) break;
    at += empty;
  }
  return at;
}

/** How many bytes an undecided start needs: both readings of it, whole and with the next header. */
function undecidedBytes(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 4) return 4;
  if (bytes[at] !== 0x24) return 2 + uint16(bytes, at);
  const interleaved = 4 + uint16(bytes, at + 2) + 4 + RTP_HEADER_BYTES;
  const plain = 2 + uint16(bytes, at) + 2 + RTP_HEADER_BYTES;
  return end - at < interleaved ? interleaved : Math.max(plain, end - at + 1);
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
