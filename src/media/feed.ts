/**
 * CORRIDOR: one RTP packet on its way to a fragment. Sans-IO and synchronous: packets and the time in, events out, all of
 * it plain data, so that a feed can run in a worker thread.
 *
 *   rtp → reorder → program stream → access units | audio chunks → fragments
 */
import { AccessUnits } from './es/access-unit.ts';
import { AudioUnits } from './es/audio-unit.ts';
import { Findings } from './findings.ts';
import type { FeedCounters, FeedEvent } from './frame.ts';
import { Reorder, type ReorderOptions } from './ingest/reorder.ts';
import { emptyRtpHeader, parseRtp, type RtpHeader } from './ingest/rtp.ts';
import { Remuxer } from './mp4/remux.ts';
import { Slab } from './mp4/slab.ts';
import { PsDemuxer } from './ps/demux.ts';
import { StreamTable } from './ps/streams.ts';

export interface FeedOptions {
  /** null: ordered transport (TCP). */
  readonly reorder: ReorderOptions | null;
  /** Each fragment has an ArrayBuffer of its own, to be transferred to another thread. Default: fragments share, which is cheaper. */
  readonly isTransferred?: boolean;
}

/** Returned whenever nothing is out: no allocation per packet. */
const EMPTY: readonly FeedEvent[] = Object.freeze([]);

export class Feed {
  readonly #counters: FeedCounters = {
    packets: 0,
    bytes: 0,
    lost: 0,
    reordered: 0,
    duplicate: 0,
    discarded: 0,
    frames: 0,
    keyFrames: 0,
    audioFrames: 0,
    timestampJumps: 0,
    gopMs: 0,
  };
  readonly #header = emptyRtpHeader();
  readonly #reorder: Reorder;
  readonly #streams: StreamTable;
  readonly #ps: PsDemuxer;
  readonly #units: AccessUnits;
  readonly #audio: AudioUnits;
  readonly #remux: Remuxer;
  readonly #findings: Findings;
  #events: FeedEvent[] = [];
  #nowMs = 0;
  #packed = false;

  constructor(options: FeedOptions) {
    const finding = (code: string, detail: string) => this.#findings.add(code, detail, this.#nowMs);
    const discarded = () => {
      this.#counters.discarded += 1;
    };
    this.#findings = new Findings((found) => this.#events.push({ type: 'finding', finding: found }));
    this.#remux = new Remuxer(
      {
        init: (init) => this.#events.push({ type: 'init', init }),
        fragment: (fragment) => this.#events.push({ type: 'fragment', fragment }),
        finding,
        jump: (detail) => {
          this.#counters.timestampJumps += 1;
          finding('TS-4', detail);
        },
      },
      this.#counters,
      new Slab(options.isTransferred !== true),
    );
    this.#units = new AccessUnits({ videoUnit: (unit) => this.#remux.videoUnit(unit), discarded, finding });
    this.#audio = new AudioUnits({
      g711: (law, bytes, start, end, pts) => this.#remux.g711(law, bytes, start, end, pts, this.#nowMs),
      aac: (header, bytes, start, end, pts) => this.#remux.aac(header, bytes, start, end, pts, this.#nowMs),
      relabel: (law) => this.#remux.relabel(law),
      discarded,
      finding,
    });
    this.#streams = new StreamTable(this.#units, this.#audio, this.#remux, finding);
    this.#ps = new PsDemuxer({
      pack: () => this.#pack(),
      map: (entries) => this.#streams.map(entries),
      pesStart: (id, pts, dts) => this.#streams.pesStart(id, pts, dts),
      data: (id, bytes, start, end) => this.#streams.data(id, bytes, start, end),
      pesEnd: (id) => this.#streams.pesEnd(id),
      damaged: () => this.#hole(false),
      finding,
    });
    this.#reorder = new Reorder(options.reorder, this.#inOrder);
  }

  get counters(): Readonly<FeedCounters> {
    const { lost, reordered, duplicate } = this.#reorder.counts;
    return Object.assign(this.#counters, { lost, reordered, duplicate });
  }

  /**
   * One RTP packet (without RFC 4571 length). `owned`: the buffer may be kept without a copy (UDP); else it is only valid
   * during the call (TCP, shared read buffer). Returns what came out, in order; often nothing.
   */
  packet(packet: Uint8Array, owned: boolean, nowMs: number): readonly FeedEvent[] {
    this.#counters.packets += 1;
    this.#counters.bytes += packet.length;
    this.#nowMs = nowMs;
    if (parseRtp(packet, this.#header) === null) this.#reorder.push(this.#header, packet, owned, nowMs);
    else this.#counters.discarded += 1;
    return this.#events.length === 0 ? EMPTY : this.#take();
  }

  /** Time passes: reorder hold runs out, audio-only start, silence. Call about every 20 ms while media flows. */
  poll(nowMs: number): readonly FeedEvent[] {
    this.#nowMs = nowMs;
    this.#reorder.poll(nowMs);
    this.#remux.poll(nowMs);
    return this.#events.length === 0 ? EMPTY : this.#take();
  }

  /** SSRC, peer or connection changed: parser state is dropped, the time base goes on, waits for a key frame. */
  reset(nowMs: number): readonly FeedEvent[] {
    this.#nowMs = nowMs;
    this.#reorder.reset();
    this.#ps.reset();
    this.#streams.reset();
    this.#units.reset();
    this.#audio.reset();
    this.#remux.reset();
    return this.#take();
  }

  /** The last frame leaves if it is whole. */
  end(nowMs: number): readonly FeedEvent[] {
    this.#nowMs = nowMs;
    this.#reorder.flush();
    this.#ps.end();
    this.#units.end(this.#ps.atBoundary);
    this.#remux.end(nowMs);
    return this.#take();
  }

  /** One packet in order: its payload goes through the demultiplexer, which calls the stages behind it. */
  #inOrder = (header: RtpHeader, packet: Uint8Array, lostBefore: number, arrivedMs: number): void => {
    if (lostBefore > 0) this.#hole(true);
    if (header.payloadStart === header.payloadEnd) return;
    this.#units.packet(header.timestamp, arrivedMs);
    this.#ps.push(packet, header.payloadStart, header.payloadEnd);
    if (header.marker) this.#units.marker(this.#ps.atBoundary);
  };

  #pack(): void {
    if (!this.#packed) this.#events.push({ type: 'first-pack' });
    this.#packed = true;
    this.#units.pack();
  }

  /** `packets`: packets are missing here; else bytes that made no sense. What is open has a hole. */
  #hole(packets: boolean): void {
    this.#units.hole();
    this.#audio.hole();
    if (packets) this.#ps.gap();
  }

  #take(): readonly FeedEvent[] {
    if (this.#events.length === 0) return EMPTY;
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
