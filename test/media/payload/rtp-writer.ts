/** Writes RFC 6184, RFC 7798 and RFC 2250 payloads for tests, from the standards; shares nothing with the readers. */
import { nalUnits } from '../clips.ts';
import { crc32, pes } from '../ps/writer.ts';

export interface Packet {
  readonly payload: Buffer;
  readonly marker: boolean;
}

/** One access unit as cameras send it: small NAL units bundled or single, large ones in fragments, the marker on the last. */
export function esPackets(codec: 'h264' | 'h265', unit: Buffer, o: { size?: number; bundle?: boolean } = {}): Packet[] {
  const { size = 1400, bundle = false } = o;
  const payloads: Buffer[] = [];
  let small: Buffer[] = [];
  const flush = () => {
    if (small.length > 1) payloads.push(bundled(codec, small));
    else payloads.push(...small);
    small = [];
  };
  for (const nal of nalUnits(unit)) {
    if (bundle && nal.length < 200) {
      small.push(nal);
      continue;
    }
    flush();
    if (nal.length <= size) payloads.push(nal);
    else payloads.push(...fragments(codec, nal, size));
  }
  flush();
  return payloads.map((payload, i) => ({ payload, marker: i === payloads.length - 1 }));
}

function bundled(codec: 'h264' | 'h265', nals: Buffer[]): Buffer {
  const head = codec === 'h264' ? Buffer.from([0x78]) : Buffer.from([0x60, 0x01]);
  const sized = nals.flatMap((nal) => [Buffer.from([nal.length >> 8, nal.length & 0xff]), nal]);
  return Buffer.concat([head, ...sized]);
}

function fragments(codec: 'h264' | 'h265', nal: Buffer, size: number): Buffer[] {
  const out: Buffer[] = [];
  const head = codec === 'h264' ? 1 : 2;
  for (let at = head; at < nal.length; at += size) {
    const flags = (at === head ? 0x80 : 0) | (at + size >= nal.length ? 0x40 : 0);
    const indicator =
      codec === 'h264'
        ? [(nal[0]! & 0xe0) | 28, flags | (nal[0]! & 0x1f)]
        : [(nal[0]! & 0x81) | (49 << 1), nal[1]!, flags | ((nal[0]! >> 1) & 0x3f)];
    out.push(Buffer.concat([Buffer.from(indicator), nal.subarray(at, at + size)]));
  }
  return out;
}

/** A transport stream: tables before each key frame, one PES a unit. */
export class TsWriter {
  readonly #counters = new Map<number, number>();
  readonly #videoType: number;
  readonly #audioType: number | null;

  constructor(videoType: number, audioType: number | null) {
    this.#videoType = videoType;
    this.#audioType = audioType;
  }

  tables(): Buffer {
    const pat = section(0, [0x00, 0x01, 0xe1, 0x00]);
    const streams = [this.#videoType, 0xe1, 0x01, 0xf0, 0x00];
    if (this.#audioType !== null) streams.push(this.#audioType, 0xe1, 0x02, 0xf0, 0x00);
    const pmt = section(2, [0xe1, 0x01, 0xf0, 0x00, ...streams]);
    return Buffer.concat([...this.#packets(0, pat), ...this.#packets(0x100, pmt)]);
  }

  /** `bounded` false: PES_packet_length 0, as transport streams may. */
  video(unit: Buffer, pts: number, bounded = false): Buffer {
    return Buffer.concat(this.#packets(0x101, pes(0xe0, unit, bounded ? { pts } : { pts, length: 0 })));
  }

  audio(codes: Buffer, pts: number): Buffer {
    return Buffer.concat(this.#packets(0x102, pes(0xc0, codes, { pts })));
  }

  #packets(pid: number, bytes: Buffer): Buffer[] {
    const out: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const room = 184;
      const take = Math.min(room, bytes.length - at);
      const stuffing = room - take;
      const counter = this.#counters.get(pid) ?? 0;
      this.#counters.set(pid, (counter + 1) & 15);
      const head = Buffer.from([
        0x47,
        (at === 0 ? 0x40 : 0) | (pid >> 8),
        pid & 0xff,
        (stuffing > 0 ? 0x30 : 0x10) | counter,
      ]);
      const field = Buffer.alloc(stuffing, 0xff);
      if (stuffing > 0) field[0] = stuffing - 1;
      if (stuffing > 1) field[1] = 0;
      out.push(Buffer.concat([head, field, bytes.subarray(at, at + take)]));
      at += take;
    }
    return out;
  }
}

function section(table: number, body: number[]): Buffer {
  const length = 5 + body.length + 4;
  const bytes = Buffer.from([table, 0xb0 | (length >> 8), length & 0xff, 0x00, 0x01, 0xc1, 0x00, 0x00, ...body]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(bytes));
  return Buffer.concat([Buffer.from([0]), bytes, crc]);
}

/** RTP around payloads: payload type, counter and time stamp as told. */
export function rtp(payloadType: number, sequence: number, timestamp: number, { payload, marker }: Packet): Buffer {
  const head = Buffer.alloc(12);
  head[0] = 0x80;
  head[1] = (marker ? 0x80 : 0) | payloadType;
  head.writeUInt16BE(sequence & 0xffff, 2);
  head.writeUInt32BE(timestamp >>> 0, 4);
  head.writeUInt32BE(0x0bebc201, 8);
  return Buffer.concat([head, payload]);
}
