/** rtpdump files (rtptools): RTP and RTCP of one session with the times of their arrival, nothing of their addresses but the receiver's. Sans-IO. */
import { ByteQueue } from './byte-queue.ts';
import type { FileFault } from './capture-file.ts';

const MAGIC = '#!rtpplay1.0 ';
/** `#!rtpplay1.0 ` and an IPv6 address with its port. */
export const MAX_LINE_BYTES = 128;
const FILE_HEADER_BYTES = 16;
const RECORD_BYTES = 8;

export interface RtpdumpSink {
  /** `host` and `port` of the first line: where the packets were received. */
  begin(host: string, port: number): void;
  /** One packet, or as much as was kept of its `wireBytes`; valid during the call only. */
  packet(epochMs: number, bytes: Uint8Array, wireBytes: number): void;
}

/** Whether the file is an rtpdump, by its first bytes. */
export function isRtpdump(head: Buffer): boolean {
  return head.toString('latin1', 0, MAGIC.length) === MAGIC;
}

export class RtpdumpReader {
  readonly #sink: RtpdumpSink;
  readonly #queue = new ByteQueue();
  #startEpochMs: number | null = null;

  constructor(sink: RtpdumpSink) {
    this.#sink = sink;
  }

  get isCut(): boolean {
    return this.#startEpochMs === null || this.#queue.length > 0;
  }

  push(piece: Uint8Array): FileFault | null {
    this.#queue.push(piece);
    if (this.#startEpochMs === null) {
      const fault = this.#begin();
      if (fault !== null || this.#startEpochMs === null) return fault;
    }
    for (;;) {
      const head = this.#queue.peek(RECORD_BYTES);
      if (head === null) return null;
      const length = head.readUInt16BE(0);
      if (length < RECORD_BYTES)
        return { fault: `A record claims ${length} bytes: the file is damaged.`, offset: this.#queue.offset };
      const whole = this.#queue.take(length);
      if (whole === null) return null;
      const kept = whole.subarray(RECORD_BYTES);
      // The second field is the length on the wire, 0 for RTCP.
      const wireBytes = Math.max(kept.length, head.readUInt16BE(2));
      this.#sink.packet(this.#startEpochMs + head.readUInt32BE(4), kept, wireBytes);
    }
  }

  #begin(): FileFault | null {
    const seen = this.#queue.peek(Math.min(this.#queue.length, MAX_LINE_BYTES))!;
    const end = seen.indexOf(0x0a);
    if (end < 0)
      return seen.length < MAX_LINE_BYTES ? null : { fault: 'The first line of the file has no end.', offset: 0 };
    const line = /^#!rtpplay1\.0 (\S+)\/(\d{1,5})\s*$/.exec(seen.toString('latin1', 0, end));
    if (line === null) return { fault: 'The first line is not that of an rtpdump file.', offset: 0 };
    if (this.#queue.peek(end + 1 + FILE_HEADER_BYTES) === null) return null;
    this.#queue.skip(end + 1);
    const header = this.#queue.take(FILE_HEADER_BYTES)!;
    this.#startEpochMs = header.readUInt32BE(0) * 1000 + header.readUInt32BE(4) / 1000;
    this.#sink.begin(line[1]!, Math.min(Number(line[2]), 0xffff));
    return null;
  }
}
