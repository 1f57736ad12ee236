/**
 * Receiver reports (RFC 3550 section 6.4.2): some cameras stop sending when nobody reports (RTP-11). Sans-IO. What devices
 * send us is read defensively (RTP-12): what reaches past the end of its datagram is counted, and what came before it is used.
 */
import { unwrap } from './rtp.ts';

/** RFC 3550 section 6.2: every 5 s. */
export const REPORT_INTERVAL_MS = 5000;

/** A sender report is answered at once, but not more often than this. */
export const ANSWER_INTERVAL_MS = 1000;

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const EXTENDED_REPORT = 207;
const CNAME = 1;

/** RFC 3611 sections 4.4 and 4.5: receiver reference time, and the answer to it. */
const REFERENCE_TIME = 4;
const DELAY_SINCE_REFERENCE = 5;

const BLOCK_BYTES = 24;

/** A round trip longer than this is a peer that does not count in 1/65,536 s. */
const MAX_ROUND_TRIP_MS = 60_000;

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
  readonly jitterMs: number;
}

export class ReceiverReports {
  /** Datagrams that contradict their own lengths (RTP-12). */
  malformed = 0;
  /** Sender reports heard. */
  senderReports = 0;
  /** By the peer's answers to our reports; null until there is one. */
  roundTripMs: number | null = null;
  readonly #ssrc: number;
  #dueMs: number | null = null;
  #sentMs = Number.NEGATIVE_INFINITY;
  #answerDue = false;
  #senderReport: { readonly middle32: number; readonly atMs: number } | null = null;
  #highest: number | null = null;
  #before: ReceptionFacts | null = null;

  /** `offeredSsrc`: ours is its complement, so that the two never meet in one session. */
  constructor(offeredSsrc: number) {
    this.#ssrc = ~offeredSsrc >>> 0;
  }

  /** An RTCP datagram from the call's sender: packets one behind the other (RFC 3550 section 6.1). */
  heard(datagram: Uint8Array, nowMs: number): void {
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
    for (let at = 0; at < datagram.length; ) {
      if (at + 8 > datagram.length || datagram[at]! >> 6 !== 2) {
        this.malformed += 1;
        return;
      }
      const end = at + 4 + view.getUint16(at + 2) * 4;
      const to = Math.min(end, datagram.length);
      if (end > datagram.length) this.malformed += 1;
      this.#packet(view, at, to, nowMs);
      at = end;
    }
  }

  /** The report when it is time for one, else null. */
  due(nowMs: number, facts: ReceptionFacts): Buffer | null {
    this.#dueMs ??= nowMs + REPORT_INTERVAL_MS;
    const answers = this.#answerDue && nowMs - this.#sentMs >= ANSWER_INTERVAL_MS;
    if (nowMs < this.#dueMs && !answers) return null;
    this.#answerDue = false;
    this.#sentMs = nowMs;
    this.#dueMs = nowMs + REPORT_INTERVAL_MS;
    return this.#report(nowMs, facts);
  }

  #packet(view: DataView, at: number, to: number, nowMs: number): void {
    const type = view.getUint8(at + 1);
    const blocks = view.getUint8(at) & 0x1f;
    if (type === SENDER_REPORT) {
      if (to - at < 16) return;
      // NTP time stamp, its middle 32 bits: they come back to the sender as LSR.
      this.#senderReport = { middle32: view.getUint32(at + 10), atMs: nowMs };
      this.senderReports += 1;
      this.#answerDue = true;
      this.#blocks(view, at + 28, to, blocks, nowMs);
    } else if (type === RECEIVER_REPORT) {
      this.#blocks(view, at + 8, to, blocks, nowMs);
    } else if (type === EXTENDED_REPORT) {
      this.#extended(view, at + 8, to, nowMs);
    }
  }

  /** Report blocks about us, from a device that takes our reports for a sender's. */
  #blocks(view: DataView, from: number, to: number, count: number, nowMs: number): void {
    for (let i = 0, at = from; i < count && at + BLOCK_BYTES <= to; i += 1, at += BLOCK_BYTES)
      if (view.getUint32(at) === this.#ssrc) this.#trip(view.getUint32(at + 16), view.getUint32(at + 20), nowMs);
  }

  #extended(view: DataView, from: number, to: number, nowMs: number): void {
    for (let at = from; at + 4 <= to; ) {
      const end = at + 4 + view.getUint16(at + 2) * 4;
      if (end > to) return;
      if (view.getUint8(at) === DELAY_SINCE_REFERENCE)
        for (let sub = at + 4; sub + 12 <= end; sub += 12)
          if (view.getUint32(sub) === this.#ssrc) this.#trip(view.getUint32(sub + 4), view.getUint32(sub + 8), nowMs);
      at = end;
    }
  }

  /** RFC 3550 section 6.4.1: now less the time of our report less the time the peer held it, in 1/65,536 s. */
  #trip(last: number, delay: number, nowMs: number): void {
    if (last === 0) return;
    const tripMs = (((middle32(nowMs) - last - delay) >>> 0) * 1000) / 65_536;
    if (tripMs <= MAX_ROUND_TRIP_MS) this.roundTripMs = Math.round(tripMs * 10) / 10;
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
    report.writeUInt32BE(((highest % 2 ** 32) + 2 ** 32) % 2 ** 32, 16);
    report.writeUInt32BE(Math.round(facts.jitterMs * 90) % 2 ** 32, 20);
    if (this.#senderReport !== null) {
      report.writeUInt32BE(this.#senderReport.middle32, 24);
      report.writeUInt32BE(Math.floor(((nowMs - this.#senderReport.atMs) * 65_536) / 1000) % 2 ** 32, 28);
    }
    this.#before = facts;
    this.#highest = highest;
    const parts = [report, this.#description()];
    // A device that sends reports itself understands this question; nobody else is bothered with it.
    if (this.#senderReport !== null) parts.push(this.#referenceTime(nowMs));
    return Buffer.concat(parts);
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

  /** RFC 3611 section 4.4: our time, to be sent back. Only we read it again, so it counts from when we started. */
  #referenceTime(nowMs: number): Buffer {
    const out = Buffer.alloc(20);
    out.writeUInt16BE(0x8000 | EXTENDED_REPORT, 0);
    out.writeUInt16BE(4, 2);
    out.writeUInt32BE(this.#ssrc, 4);
    out[8] = REFERENCE_TIME;
    out.writeUInt16BE(2, 10);
    out.writeUInt32BE(Math.floor(nowMs / 1000) % 2 ** 32, 12);
    out.writeUInt32BE(Math.floor(((nowMs % 1000) / 1000) * 2 ** 32), 16);
    return out;
  }
}

/** The middle 32 bits of `nowMs` as an NTP time stamp: seconds in 16.16. */
function middle32(nowMs: number): number {
  return Math.floor((nowMs * 65_536) / 1000) % 2 ** 32;
}
