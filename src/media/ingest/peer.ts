/**
 * Who may send into a call (SSRC-1, SSRC-4, SSRC-6, SSRC-7, RTP-16). Sans-IO. Senders are ranked by what they prove;
 * a better one displaces a worse one in the first seconds, then the lock holds until the sender falls silent. A
 * stranger never gets in by being first.
 */
import { emptyRtpHeader, parseRtp, sequenceOf, ssrcOf } from './rtp.ts';

/**
 * What to do with a packet. `accept`: hand it on. `first`: the first sender is chosen, hand on `takeBacklog()` and then
 * the packet. `replace`: another sender (or the same with a new counter) takes over, reset the feed, then as `first`.
 * `wait`: kept as evidence. `refuse`: a stranger's, counted.
 */
export type Admission = 'accept' | 'first' | 'replace' | 'wait' | 'refuse';

/** Nothing speaks for the sender but a clean PS stream; its address; its SSRC; both. */
export type Rank = 1 | 2 | 3 | 4;

/** A better sender displaces a worse one this long after the lock. */
export const DISPLACE_MS = 3000;

/** A locked sender silent for this long may be replaced: by a new SSRC from its address or from a signalled one (SSRC-6). */
export const SILENCE_MS = 3000;

/** A port change that does not go on with the old counter is believed after this silence of the old port. */
export const REBIND_SILENCE_MS = 500;

/** A port change within this many sequence numbers goes on with the old counter. */
const REBIND_DISTANCE = 64;

/** Packets in a row, the first starting a PS pack, that make a sender without any credentials believable (SSRC-1). */
export const PROOF_PACKETS = 8;

/** Senders without credentials that are watched at a time; each may hold 8 packets. The one heard least recently makes room. */
export const MAX_CANDIDATES = 4;

interface Candidate {
  readonly address: string;
  readonly port: number;
  readonly ssrc: number;
  nextSequence: number;
  lastMs: number;
  readonly packets: Uint8Array[];
}

export class PeerLock {
  /** Packets refused. */
  strangers = 0;
  /** Those of them that came from the locked sender's own address (SSRC-7: the port's previous tenant). */
  strangersSameAddress = 0;
  /** Times another SSRC, and another connection with the same one, took over (SSRC-6, TCP-9). */
  newSsrc = 0;
  newPort = 0;
  /** `y=` of our offer and of the answer; the answer's is null until it comes, and when it has none. */
  readonly offeredSsrc: number;
  answeredSsrc: number | null = null;
  readonly #expected = new Set<number>();
  readonly #hosts = new Set<string>();
  #locked = false;
  #ssrc = 0;
  #address = '';
  #port = 0;
  #rank: Rank = 1;
  #lockedMs = 0;
  #lastMs = 0;
  #lastSequence = 0;
  #gone = false;
  #candidates: Candidate[] = [];
  #backlog: Uint8Array[] = [];
  readonly #header = emptyRtpHeader();
  readonly #isStrict: boolean;

  /** `offeredSsrc`: the `y=` of our offer. `isStrict`: nobody else gets in, whatever address it has. */
  constructor(offeredSsrc: number, isStrict = false) {
    this.#isStrict = isStrict;
    this.offeredSsrc = offeredSsrc;
    this.#expect(offeredSsrc);
  }

  get ssrc(): number | null {
    return this.#locked ? this.#ssrc : null;
  }

  /** `address:port` of the locked sender. */
  get remote(): string | null {
    return this.#locked ? hostPort(this.#address, this.#port) : null;
  }

  get address(): string | null {
    return this.#locked ? this.#address : null;
  }

  get port(): number | null {
    return this.#locked ? this.#port : null;
  }

  /** Newest sequence number of the locked sender. */
  get sequence(): number {
    return this.#lastSequence;
  }

  get rank(): Rank | null {
    return this.#locked ? this.#rank : null;
  }

  /** When the locked sender was last heard, null before the first packet. */
  get lastPacketMs(): number | null {
    return this.#locked ? this.#lastMs : null;
  }

  /** What signalling says: `y=` of the answer, and addresses media may come from (SDP `c=`, the SIP source). */
  answered(ssrc: number | null, hosts: readonly string[]): void {
    this.answeredSsrc = ssrc;
    if (ssrc !== null) this.#expect(ssrc);
    for (const host of hosts) this.#hosts.add(host);
    if (this.#locked) this.#rank = this.#rankOf(this.#address, this.#ssrc);
  }

  /** `packet` has at least 12 bytes and version 2. `owned`: it may be kept without a copy. */
  admit(packet: Uint8Array, address: string, port: number, owned: boolean, nowMs: number): Admission {
    const ssrc = ssrcOf(packet);
    if (this.#locked && ssrc === this.#ssrc && port === this.#port && address === this.#address) {
      this.#lastMs = nowMs;
      this.#lastSequence = sequenceOf(packet);
      return 'accept';
    }
    return this.#consider(packet, ssrc, address, port, owned, nowMs);
  }

  /** Packets that came before the one just admitted and belong to it, oldest first. */
  takeBacklog(): readonly Uint8Array[] {
    const backlog = this.#backlog;
    this.#backlog = [];
    return backlog;
  }

  /** The TCP connection from there is closed: if it was the locked sender's, another may follow at once (TCP-9). */
  gone(address: string, port: number): boolean {
    this.#candidates = this.#candidates.filter((c) => c.address !== address || c.port !== port);
    if (!this.#locked || port !== this.#port || address !== this.#address) return false;
    this.#gone = true;
    return true;
  }

  #consider(packet: Uint8Array, ssrc: number, address: string, port: number, owned: boolean, nowMs: number): Admission {
    const rank = this.#rankOf(address, ssrc);
    const sequence = sequenceOf(packet);
    if (this.#isStrict && rank < 3) {
      this.strangers += 1;
      return 'refuse';
    }
    if (this.#locked) {
      if (ssrc === this.#ssrc && address === this.#address) return this.#rebind(port, sequence, nowMs);
      if (!this.#mayReplace(rank, address, nowMs)) {
        this.strangers += 1;
        if (address === this.#address) this.strangersSameAddress += 1;
        return 'refuse';
      }
    }
    if (rank === 1 && !(this.#locked && address === this.#address)) {
      if (!this.#proves(packet, ssrc, sequence, address, port, owned, nowMs)) return 'wait';
    }
    const admission = this.#locked ? 'replace' : 'first';
    if (this.#locked && ssrc !== this.#ssrc) this.newSsrc += 1;
    this.#lock(rank, ssrc, sequence, address, port, nowMs);
    return admission;
  }

  /** RTP-16: the locked sender's port may change (NAT). */
  #rebind(port: number, sequence: number, nowMs: number): Admission {
    const ahead = (sequence - this.#lastSequence) & 0xffff;
    const goesOn = ahead > 0 && ahead <= REBIND_DISTANCE;
    if (!goesOn && !this.#gone && nowMs - this.#lastMs < REBIND_SILENCE_MS) {
      this.strangers += 1;
      this.strangersSameAddress += 1;
      return 'refuse';
    }
    this.#port = port;
    this.newPort += 1;
    this.#lastMs = nowMs;
    this.#lastSequence = sequence;
    this.#gone = false;
    return goesOn ? 'accept' : 'replace';
  }

  #mayReplace(rank: Rank, address: string, nowMs: number): boolean {
    if (rank > this.#rank && nowMs - this.#lockedMs <= DISPLACE_MS) return true;
    // SSRC-7: the port's previous tenant was first, and the camera took long to start. SSRC and signalled address
    // together cannot be guessed from outside, a signalled address beats none.
    if (rank === 4 && this.#rank <= 2) return true;
    if (rank === 2 && this.#rank === 1) return true;
    const silent = this.#gone || nowMs - this.#lastMs >= SILENCE_MS;
    return silent && (address === this.#address || this.#hosts.has(address));
  }

  /** True with the packet that completes the proof; those before it become the backlog. */
  #proves(
    packet: Uint8Array,
    ssrc: number,
    sequence: number,
    address: string,
    port: number,
    owned: boolean,
    nowMs: number,
  ): boolean {
    const index = this.#candidates.findIndex((c) => c.ssrc === ssrc && c.port === port && c.address === address);
    let candidate = this.#candidates[index];
    if (candidate !== undefined && candidate.nextSequence !== sequence) {
      this.#candidates.splice(index, 1);
      candidate = undefined;
    }
    if (candidate === undefined) {
      if (!this.#startsPack(packet)) {
        this.strangers += 1;
        return false;
      }
      candidate = { address, port, ssrc, nextSequence: sequence, lastMs: nowMs, packets: [] };
      if (this.#candidates.length === MAX_CANDIDATES) this.#forgetQuietest();
      this.#candidates.push(candidate);
    }
    candidate.nextSequence = (sequence + 1) & 0xffff;
    candidate.lastMs = nowMs;
    if (candidate.packets.length + 1 >= PROOF_PACKETS) {
      this.#backlog = candidate.packets;
      return true;
    }
    candidate.packets.push(owned ? packet : Buffer.from(packet));
    return false;
  }

  #forgetQuietest(): void {
    let quietest = 0;
    for (let i = 1; i < this.#candidates.length; i += 1)
      if (this.#candidates[i]!.lastMs < this.#candidates[quietest]!.lastMs) quietest = i;
    this.#candidates.splice(quietest, 1);
  }

  /** ISO/IEC 13818-1 2.5.3.4: pack_start_code. */
  #startsPack(packet: Uint8Array): boolean {
    const header = this.#header;
    if (parseRtp(packet, header) !== null) return false;
    const at = header.payloadStart;
    if (header.payloadEnd - at < 4) return false;
    return packet[at] === 0 && packet[at + 1] === 0 && packet[at + 2] === 1 && packet[at + 3] === 0xba;
  }

  #lock(rank: Rank, ssrc: number, sequence: number, address: string, port: number, nowMs: number): void {
    this.#locked = true;
    this.#rank = rank;
    this.#ssrc = ssrc;
    this.#address = address;
    this.#port = port;
    this.#lockedMs = nowMs;
    this.#lastMs = nowMs;
    this.#lastSequence = sequence;
    this.#gone = false;
    this.#candidates = [];
  }

  #rankOf(address: string, ssrc: number): Rank {
    if (this.#hosts.has(address)) return this.#expected.has(ssrc) ? 4 : 2;
    return this.#expected.has(ssrc) ? 3 : 1;
  }

  /** SSRC-10: in every spelling. 0 means unknown (SSRC-9) and proves nothing. */
  #expect(ssrc: number): void {
    if (ssrc === 0) return;
    this.#expected.add(ssrc >>> 0);
    for (const spelling of misspelt(ssrc)) this.#expected.add(spelling);
  }
}

/** A reading smaller than this is what any sloppy sender might use: it proves nothing. */
const LEAST_TELLING_SSRC = 2 ** 16;

/** SSRC-10: what confused firmware makes of an SSRC: its bytes turned round, or its decimal digits read as hexadecimal ones. */
export function misspelt(ssrc: number): readonly number[] {
  const swapped = ((ssrc & 0xff) << 24) | ((ssrc & 0xff00) << 8) | ((ssrc >>> 8) & 0xff00) | (ssrc >>> 24);
  // Ten digits are forty bits: what fits into 32 is what such firmware keeps.
  const asHex = Number.parseInt(String(ssrc >>> 0).padStart(10, '0'), 16) % 2 ** 32;
  return asHex < LEAST_TELLING_SSRC ? [swapped >>> 0] : [swapped >>> 0, asHex];
}

/** `10.0.0.1:9000`, `[fd00::1]:9000`. */
export function hostPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
