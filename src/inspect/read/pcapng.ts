/**
 * pcapng files (draft-ietf-opsawg-pcapng) of any tool: several sections in either byte order, several interfaces with their own
 * resolution and offset of time, enhanced, simple and obsolete packet blocks; blocks of other kinds are stepped over. Sans-IO.
 */
import { ByteQueue } from './byte-queue.ts';
import type { CaptureReader, CaptureSink, FileFault } from './capture-file.ts';
import { MAX_PACKET_BYTES } from './pcap.ts';

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;

/** Options beside a packet: comments, hashes, flags. A block of ours is never longer than its packet and this. */
export const MAX_OPTION_BYTES = 256 * 1024;

/** Interfaces of one section: the largest machines have some hundred. */
export const MAX_INTERFACES = 1024;

interface Interface {
  readonly linkType: number;
  readonly snapBytes: number;
  /** Milliseconds of one unit of time. */
  readonly unitMs: number;
  readonly offsetMs: number;
}

/** Whether the file is a pcapng, by its first four bytes. */
export function isPcapng(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32BE(0) === SECTION;
}

export class PcapngReader implements CaptureReader {
  readonly #sink: CaptureSink;
  readonly #queue = new ByteQueue();
  #little = true;
  #interfaces: Interface[] = [];
  /** Bytes of a block of no interest that are still to come. */
  #skip = 0;
  #begun = false;
  /** Simple packets have no time: they get that of the one before. */
  #epochMs = 0;
  /** Packets of interfaces that were never described. */
  strayPackets = 0;

  constructor(sink: CaptureSink) {
    this.#sink = sink;
  }

  get isCut(): boolean {
    return !this.#begun || this.#skip > 0 || this.#queue.length > 0;
  }

  push(piece: Uint8Array): FileFault | null {
    this.#queue.push(piece);
    for (;;) {
      if (this.#skip > 0) {
        this.#skip -= this.#queue.skip(this.#skip);
        if (this.#skip > 0) return null;
      }
      const head = this.#queue.peek(12);
      if (head === null) return null;
      const block = this.#head(head);
      if ('fault' in block) return block;
      if (!isRead(block.type)) {
        this.#skip = block.length;
        continue;
      }
      if (block.length > MAX_PACKET_BYTES + MAX_OPTION_BYTES)
        return this.#fault(`A block claims ${block.length} bytes: the file is damaged.`);
      const whole = this.#queue.peek(block.length);
      if (whole === null) return null;
      const fault = this.#block(block.type, whole.subarray(8, block.length - 4));
      if (fault !== null) return fault;
      this.#queue.skip(block.length);
    }
  }

  /** Type and length of the block that begins here. A section header tells its own byte order. */
  #head(head: Buffer): { readonly type: number; readonly length: number } | FileFault {
    if (head.readUInt32BE(0) === SECTION) {
      if (head.readUInt32LE(8) === BYTE_ORDER) this.#little = true;
      else if (head.readUInt32BE(8) === BYTE_ORDER) this.#little = false;
      else return this.#fault('A section has no byte order: the file is damaged.');
    } else if (!this.#begun) return this.#fault('This is no pcapng file.');
    const length = this.#uint32(head, 4);
    if (length < 12 || length % 4 !== 0)
      return this.#fault(`A block claims ${length} bytes, which no block has: the file is damaged.`);
    return { type: this.#uint32(head, 0), length };
  }

  #block(type: number, body: Buffer): FileFault | null {
    switch (type) {
      case SECTION:
        if (body.length < 16) return this.#fault('A section header is too short.');
        this.#begun = true;
        this.#interfaces = [];
        return null;
      case INTERFACE:
        return this.#interface(body);
      case SIMPLE_PACKET: {
        const link = this.#interfaces[0];
        if (body.length < 4) return this.#fault('A packet block is too short.');
        const wireBytes = this.#uint32(body, 0);
        const room = link === undefined || link.snapBytes === 0 ? wireBytes : Math.min(wireBytes, link.snapBytes);
        this.#packet(link, this.#epochMs, body, 4, Math.min(room, body.length - 4), wireBytes);
        return null;
      }
      default: {
        if (body.length < 20) return this.#fault('A packet block is too short.');
        const kept = this.#uint32(body, 12);
        if (kept > body.length - 20) return this.#fault(`A packet of ${kept} bytes is longer than its block.`);
        const link = this.#interfaces[type === OBSOLETE_PACKET ? this.#uint16(body, 0) : this.#uint32(body, 0)];
        this.#packet(link, this.#time(link, body), body, 20, kept, this.#uint32(body, 16));
        return null;
      }
    }
  }

  #packet(link: Interface | undefined, epochMs: number, body: Buffer, at: number, kept: number, wire: number): void {
    if (link === undefined) {
      this.strayPackets += 1;
      return;
    }
    this.#epochMs = epochMs;
    this.#sink.packet(epochMs, link.linkType, body.subarray(at, at + kept), Math.max(kept, wire));
  }

  #time(link: Interface | undefined, body: Buffer): number {
    if (link === undefined) return 0;
    // Both halves by themselves: 64 bits of nanoseconds are more than a number holds.
    return this.#uint32(body, 4) * 2 ** 32 * link.unitMs + this.#uint32(body, 8) * link.unitMs + link.offsetMs;
  }

  #interface(body: Buffer): FileFault | null {
    if (body.length < 8) return this.#fault('An interface description is too short.');
    if (this.#interfaces.length >= MAX_INTERFACES)
      return this.#fault(`A section has more than ${MAX_INTERFACES} interfaces.`);
    let unitMs = 1e-3;
    let offsetMs = 0;
    for (let at = 8; at + 4 <= body.length; ) {
      const code = this.#uint16(body, at);
      const length = this.#uint16(body, at + 2);
      if (code === 0 || at + 4 + length > body.length) break;
      // if_tsresol: a power of ten, or of two when the highest bit is set
      if (code === 9 && length === 1) {
        const power = body[at + 4]! & 0x7f;
        unitMs = 1000 * (body[at + 4]! < 0x80 ? 10 ** -power : 2 ** -power);
      }
      if (code === 14 && length === 8)
        offsetMs = 1000 * Number(this.#little ? body.readBigInt64LE(at + 4) : body.readBigInt64BE(at + 4));
      at += 4 + ((length + 3) & ~3);
    }
    this.#interfaces.push({ linkType: this.#uint16(body, 0), snapBytes: this.#uint32(body, 4), unitMs, offsetMs });
    return null;
  }

  #uint32(bytes: Buffer, at: number): number {
    return this.#little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }

  #uint16(bytes: Buffer, at: number): number {
    return this.#little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  }

  #fault(fault: string): FileFault {
    return { fault, offset: this.#queue.offset };
  }
}

function isRead(type: number): boolean {
  return (
    type === SECTION ||
    type === INTERFACE ||
    type === OBSOLETE_PACKET ||
    type === SIMPLE_PACKET ||
    type === ENHANCED_PACKET
  );
}
