import type { Behaviour } from './behaviour.ts';
import type { Random } from './random.ts';

const RTP_HEADER = 12;
/** One CSRC, an extension of one word, four bytes of padding. */
const EXTRA_HEAD = Buffer.from('00000bad' + 'bede0001' + '10aa0000', 'hex');
const PADDING = Buffer.from([0, 0, 0, 4]);

/** RTP-4: so many packs share a counter, the next one is this far away. */
const RESTART_PACKS = 75;
const RESTART_STEP = 20_000;

function wrap32(ticks: number): number {
  const rest = Math.round(ticks) % 2 ** 32;
  return rest < 0 ? rest + 2 ** 32 : rest;
}

/** Cuts packs into RTP packets (RFC 3550, GB/T 28181-2022 annex C): one sequence for video and sound. */
export class RtpPacketiser {
  readonly #behaviour: Behaviour;
  /** May be another one from some packet on (SSRC-6). */
  ssrc: number;
  #sequence: number;
  /** Packets of the present loss that are still to come. */
  #losing = 0;
  #held: Buffer | null = null;
  #packs = 0;

  constructor(behaviour: Behaviour, ssrc: number, firstSequence: number) {
    this.#behaviour = behaviour;
    this.ssrc = ssrc;
    this.#sequence = firstSequence & 0xffff;
  }

  /** The packets of one pack; `timestamp90k` may run past 2^32. */
  packets(pack: Buffer, timestamp90k: number): Buffer[] {
    const { marker, payloadBytes, payloadType, paddingAndExtension } = this.#behaviour;
    if (this.#behaviour.counterRestarts && ++this.#packs % RESTART_PACKS === 0)
      this.#sequence = (this.#sequence + RESTART_STEP) & 0xffff;
    const count = Math.ceil(pack.length / payloadBytes);
    const extra = paddingAndExtension ? EXTRA_HEAD.length + PADDING.length : 0;
    const all = Buffer.allocUnsafe(pack.length + count * (RTP_HEADER + extra));
    const packets: Buffer[] = [];
    let at = 0;
    for (let from = 0; from < pack.length; from += payloadBytes) {
      const to = Math.min(pack.length, from + payloadBytes);
      const marked = marker === 'always' || (marker === 'last' && to === pack.length);
      const start = at;
      all[at] = paddingAndExtension ? 0xb1 : 0x80;
      all[at + 1] = (marked ? 0x80 : 0) | payloadType;
      all.writeUInt16BE(this.#sequence, at + 2);
      all.writeUInt32BE(this.#timestamp(timestamp90k), at + 4);
      all.writeUInt32BE(this.ssrc, at + 8);
      this.#sequence = (this.#sequence + 1) & 0xffff;
      at += RTP_HEADER;
      if (paddingAndExtension) at += EXTRA_HEAD.copy(all, at);
      at += pack.copy(all, at, from, to);
      if (paddingAndExtension) at += PADDING.copy(all, at);
      packets.push(all.subarray(start, at));
    }
    return packets;
  }

  /** One packet around a payload that is no piece of a pack (RTP-9). `timestamp` in the clock of its payload type. */
  single(payload: Buffer, payloadType: number, timestamp: number, marker: boolean): Buffer {
    const head = Buffer.alloc(RTP_HEADER);
    head[0] = 0x80;
    head[1] = (marker ? 0x80 : 0) | payloadType;
    head.writeUInt16BE(this.#sequence, 2);
    head.writeUInt32BE(wrap32(timestamp), 4);
    head.writeUInt32BE(this.ssrc, 8);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    return Buffer.concat([head, payload]);
  }

  #timestamp(timestamp90k: number): number {
    switch (this.#behaviour.rtpTimestamp) {
      case 'zero':
        return 0;
      case 'packet':
        return this.#sequence;
      case 'milliseconds':
        return wrap32(timestamp90k / 90);
      default:
        return wrap32(timestamp90k);
    }
  }

  /** What a bad network makes of these packets. Only for datagrams: TCP loses nothing. */
  disturb(packets: readonly Buffer[], random: Random): Buffer[] {
    const { loss, lossRun, reorder, duplicate } = this.#behaviour;
    const out: Buffer[] = [];
    for (const packet of packets) {
      if (this.#losing === 0 && random() < loss) this.#losing = lossRun;
      if (this.#losing > 0) {
        this.#losing -= 1;
        continue;
      }
      if (this.#held === null && random() < reorder) {
        this.#held = packet;
        continue;
      }
      out.push(packet);
      if (random() < duplicate) out.push(packet);
      if (this.#held !== null) {
        out.push(this.#held);
        this.#held = null;
      }
    }
    return out;
  }

  /** True when one of the faults of {@link disturb} is switched on. */
  get disturbed(): boolean {
    const { loss, reorder, duplicate } = this.#behaviour;
    return loss > 0 || reorder > 0 || duplicate > 0;
  }
}
