/**
 * Receiver reports (RFC 3550 section 6.4.2): some cameras stop sending when nobody reports (RTP-11). Sans-IO. What
 * devices send us is read defensively (RTP-12): only the sender report's time stamp is of use, all else is counted.
 */
import { unwrap } from './rtp.ts';

/** RFC 3550 section 6.2: every 5 s. */
export const REPORT_INTERVAL_MS = 5000;

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const CNAME = 1;

/** RFC 3550 section 6.5.1 wants one; it says nothing about anybody. */
const OUR_NAME = Buffer.from('gbgate', 'latin1');

/** What the report tells, counted by others. */
export interface ReceptionFacts {
  /** The sender's. */
  readonly ssrc: number;
  /** Newest sequence number, 16 bits. */
  readonly sequence: number;
  readonly received: number;
  readonly lost: number;
}

export class ReceiverReports {
  readonly #ssrc: number;
  #dueMs: number | null = null;
  #senderReport: { readonly middle32: number; readonly atMs: number } | null = null;
  #highest: number | null = null;
  #before: ReceptionFacts | null = null;

  /** `offeredSsrc`: ours is its complement, so that the two never meet in one session. */
  constructor(offeredSsrc: number) {
    this.#ssrc = ~offeredSsrc >>> 0;
  }

  /** An RTCP packet from the call's sender. */
  heard(packet: Uint8Array, nowMs: number): void {
    // Header 8, NTP time stamp 8: the report's own lengths are not trusted, and not needed.
    if (packet.length < 16 || packet[1] !== SENDER_REPORT) return;
    const middle32 = ((packet[10]! << 24) | (packet[11]! << 16) | (packet[12]! << 8) | packet[13]!) >>> 0;
    this.#senderReport = { middle32, atMs: nowMs };
  }

  /** The report when it is time for one, else null. */
  due(nowMs: number, facts: ReceptionFacts): Buffer | null {
    this.#dueMs ??= nowMs + REPORT_INTERVAL_MS;
    if (nowMs < this.#dueMs) return null;
    this.#dueMs = nowMs + REPORT_INTERVAL_MS;
    return this.#report(nowMs, facts);
  }

  #report(nowMs: number, facts: ReceptionFacts): Buffer {
    if (this.#before?.ssrc !== facts.ssrc) {
      this.#before = null;
      this.#highest = null;
    }
    const highest = unwrap(this.#highest ?? facts.sequence, facts.sequence, 0x10000);
    const lost = Math.max(0, facts.lost - (this.#before?.lost ?? 0));
    const received = Math.max(0, facts.received - (this.#before?.received ?? 0));
    const report = Buffer.alloc(32);
    report.writeUInt16BE(0x8100 | RECEIVER_REPORT, 0);
    report.writeUInt16BE(7, 2);
    report.writeUInt32BE(this.#ssrc, 4);
    report.writeUInt32BE(facts.ssrc, 8);
    report[12] = lost === 0 ? 0 : Math.min(255, Math.floor((256 * lost) / (lost + received)));
    report.writeUIntBE(Math.min(0x7fffff, facts.lost), 13, 3);
    report.writeUInt32BE(highest % 2 ** 32, 16);
    // Interarrival jitter stays 0: it would cost every packet a division, and no camera is known to read it.
    if (this.#senderReport !== null) {
      report.writeUInt32BE(this.#senderReport.middle32, 24);
      report.writeUInt32BE(Math.floor(((nowMs - this.#senderReport.atMs) * 65_536) / 1000) % 2 ** 32, 28);
    }
    this.#before = facts;
    this.#highest = highest;
    return Buffer.concat([report, this.#description()]);
  }

  /** SDES with our CNAME, padded to a word by the END item. */
  #description(): Buffer {
    const out = Buffer.alloc((8 + 2 + OUR_NAME.length + 4) & ~3);
    out.writeUInt16BE(0x8100 | SOURCE_DESCRIPTION, 0);
    out.writeUInt16BE(out.length / 4 - 1, 2);
    out.writeUInt32BE(this.#ssrc, 4);
    out[8] = CNAME;
    out[9] = OUR_NAME.length;
    OUR_NAME.copy(out, 10);
    return out;
  }
}
