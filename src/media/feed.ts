/**
 * CORRIDOR: one RTP packet on its way to a fragment. Sans-IO and synchronous: packets and the time in, events out, all of
 * it plain data, so that a feed can run in a worker thread.
 *
 *   rtp → reorder → program stream (or what came instead) → access units | audio chunks → fragments
 */
import { AccessUnits } from './es/access-unit.ts';
import { type AudioSink, AudioUnits } from './es/audio-unit.ts';
import type { G711Hints } from './es/g711-judge.ts';
import type { Pace } from './es/timeline.ts';
import { VideoWatch } from './es/video-watch.ts';
import { Findings } from './findings.ts';
import type { FeedCounters, FeedEvent } from './frame.ts';
import { Jitter } from './ingest/jitter.ts';
import { Lanes } from './ingest/lanes.ts';
import { OrderFindings } from './ingest/order-findings.ts';
import type { ReorderOptions } from './ingest/reorder.ts';
import { emptyRtpHeader, parseRtp, type RtpHeader } from './ingest/rtp.ts';
import { KeyFrameWish } from './key-frame-wish.ts';
import { Remuxer } from './mp4/remux.ts';
import { Slab } from './mp4/slab.ts';
import { PayloadKinds } from './payload/kind.ts';
import { OtherPayloads } from './payload/other.ts';
import { PsDemuxer, type PsSink } from './ps/demux.ts';
import { StreamTable } from './ps/streams.ts';

export interface FeedOptions {
  /** null: ordered transport (TCP). */
  readonly reorder: ReorderOptions | null;
  /** Each fragment has an ArrayBuffer of its own, to be transferred to another thread. Default: fragments share, which is cheaper. */
  readonly isTransferred?: boolean;
  /** What was set by hand for the device's sound (ES-9, ES-11). */
  readonly sound?: G711Hints;
  /** Whether arrival counts (live, the default) or time stamps alone (recorded footage, with its holes or without). */
  readonly pace?: Pace;
  /** For who describes a stream and does not only play it. */
  readonly ears?: FeedEars;
}

/** Hears what passes between two stages: is given the next stage, and answers one that hands everything on to it. */
export interface FeedEars {
  program(sink: PsSink): PsSink;
  sound(sink: AudioSink): AudioSink;
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
    jitterMs: 0,
  };
  readonly #header = emptyRtpHeader();
  readonly #jitter = new Jitter();
  readonly #lanes: Lanes;
  readonly #kinds: PayloadKinds;
  readonly #streams: StreamTable;
  readonly #ps: PsDemuxer;
  readonly #other: OtherPayloads;
  readonly #units: AccessUnits;
  readonly #audio: AudioUnits;
  readonly #watch: VideoWatch;
  readonly #remux: Remuxer;
  readonly #findings: Findings;
  readonly #order: OrderFindings;
  readonly #wish = new KeyFrameWish();
  readonly #isFootage: boolean;
  /** The newest packet in order had its marker bit set. */
  #marked = false;
  #events: FeedEvent[] = [];
  #nowMs = 0;
  #packed = false;

  constructor(options: FeedOptions) {
    const finding = (code: string, detail: string) => this.#findings.add(code, detail, this.#nowMs);
    const discarded = () => {
      this.#counters.discarded += 1;
    };
    this.#isFootage = options.pace !== undefined && options.pace !== 'arrival';
    this.#findings = new Findings((found) => this.#events.push({ type: 'finding', finding: found }));
    this.#order = new OrderFindings(finding);
    this.#watch = new VideoWatch(finding);
    this.#remux = new Remuxer(
      {
        init: (init) => this.#events.push({ type: 'init', init }),
        fragment: (fragment) => this.#events.push({ type: 'fragment', fragment }),
        finding,
        placed: (source90k, dts90k) => this.#events.push({ type: 'placed', source90k, dts90k }),
        jump: (code, detail) => {
          this.#counters.timestampJumps += 1;
          finding(code, detail);
        },
      },
      this.#counters,
      new Slab(options.isTransferred !== true),
      options.pace,
    );
    this.#units = new AccessUnits({
      videoUnit: (unit) => {
        this.#watch.see(unit);
        this.#remux.videoUnit(unit);
      },
      discarded,
      finding,
    });
    const sound: AudioSink = {
      g711: (law, rate, bytes, start, end, pts) => this.#remux.g711(law, rate, bytes, start, end, pts, this.#nowMs),
      aac: (header, bytes, start, end, pts) => this.#remux.aac(header, bytes, start, end, pts, this.#nowMs),
      relabel: (law) => this.#remux.relabel(law),
      discarded,
      finding,
    };
    this.#audio = new AudioUnits(options.ears?.sound(sound) ?? sound, options.sound);
    this.#streams = new StreamTable(this.#units, this.#audio, this.#remux, finding);
    const program: PsSink = {
      pack: () => this.#pack(),
      map: (entries) => {
        this.#watch.map();
        this.#streams.map(entries);
      },
      pesStart: (id, pts, dts) => this.#streams.pesStart(id, pts, dts),
      data: (id, bytes, start, end) => this.#streams.data(id, bytes, start, end),
      pesEnd: (id) => this.#streams.pesEnd(id),
      damaged: () => this.#hole(false),
      finding,
    };
    const sink = options.ears?.program(program) ?? program;
    this.#ps = new PsDemuxer({
      ...sink,
      pack: () => {
        this.#kinds.packFound();
        sink.pack();
      },
    });
    this.#other = new OtherPayloads(sink, this.#units, this.#audio);
    this.#kinds = new PayloadKinds(finding);
    this.#lanes = new Lanes(options.reorder, this.#inOrder);
  }

  get counters(): Readonly<FeedCounters> {
    const { lost, reordered, duplicate } = this.#lanes.counts;
    const jitterMs = Math.round(this.#jitter.ms * 10) / 10;
    return Object.assign(this.#counters, { lost, reordered, duplicate, jitterMs });
  }

  /**
   * One RTP packet (without RFC 4571 length). `owned`: the buffer may be kept without a copy (UDP); else it is only valid
   * during the call (TCP, shared read buffer). Returns what came out, in order; often nothing.
   */
  packet(packet: Uint8Array, owned: boolean, nowMs: number): readonly FeedEvent[] {
    this.#counters.packets += 1;
    this.#counters.bytes += packet.length;
    this.#nowMs = nowMs;
    if (parseRtp(packet, this.#header) === null) {
      this.#jitter.see(this.#header.timestamp, nowMs);
      // reorder: each packet whose turn it is goes on in #inOrder, at once or after those before it
      this.#lanes.push(this.#header, packet, owned, nowMs);
    } else this.#counters.discarded += 1;
    return this.#events.length === 0 ? EMPTY : this.#take();
  }

  /** Time passes: reorder hold runs out, audio-only start, silence. Call about every 20 ms while media flows. */
  poll(nowMs: number): readonly FeedEvent[] {
    this.#nowMs = nowMs;
    this.#lanes.poll(nowMs);
    this.#remux.poll(nowMs);
    this.#order.look(nowMs, this.#lanes.counts, this.#counters.packets);
    const wish = this.#wish.poll(nowMs, this.#remux.videoSeen, this.#counters);
    if (wish !== null) {
      this.#findings.add('ES-1', `no key frame for ${wish.waitedMs} ms`, nowMs);
      this.#events.push({ type: 'key-frame-wanted', ...wish });
    }
    return this.#events.length === 0 ? EMPTY : this.#take();
  }

  /** SSRC, peer or connection changed: parser state is dropped, the time base goes on, waits for a key frame. */
  reset(nowMs: number): readonly FeedEvent[] {
    this.#nowMs = nowMs;
    this.#lanes.reset();
    this.#jitter.reset();
    this.#kinds.reset();
    this.#ps.reset();
    this.#other.reset();
    this.#streams.reset();
    this.#units.reset();
    this.#audio.reset();
    this.#watch.reset();
    this.#remux.reset();
    this.#wish.reset(this.#counters.keyFrames);
    return this.#take();
  }

  /** Footage: the device was told to go to another place of it, so that its time stamps may go anywhere (no TS-3, no TS-4). */
  seek(): void {
    this.#remux.seek();
  }

  /** The last frame leaves if it is whole. */
  end(nowMs: number): readonly FeedEvent[] {
    this.#nowMs = nowMs;
    this.#lanes.flush();
    this.#order.look(nowMs, this.#lanes.counts, this.#counters.packets, true);
    // A PES without length (PS-8) is whole when footage ends, or with a marker; a live stream may be hung up in the middle of it.
    const isWhole =
      this.#isFootage || this.#marked || (this.#other.isUsed ? this.#other.atBoundary : this.#ps.atBoundary);
    this.#ps.end();
    this.#other.end();
    this.#units.end(isWhole && (this.#ps.atBoundary || this.#other.isUsed));
    this.#remux.end(nowMs);
    return this.#take();
  }

  /** One packet in order: its payload goes through the demultiplexer, which calls the stages behind it. */
  #inOrder = (header: RtpHeader, packet: Uint8Array, lostBefore: number, arrivedMs: number): void => {
    if (lostBefore > 0) this.#hole(true);
    const { payloadStart, payloadEnd } = header;
    if ((packet[0]! & 0x3f) !== 0) this.#findings.add('RTP-13', oddHeader(packet), this.#nowMs);
    if (payloadStart === payloadEnd) return;
    this.#marked = header.marker;
    const kind = this.#kinds.of(header, packet);
    if (kind === null) return;
    this.#units.packet(header.timestamp, arrivedMs);
    if (kind !== 'ps') {
      this.#other.push(kind, header, packet, this.#kinds.takePrelude(header.timestamp));
      return;
    }
    // → program (above): maps and PES → #streams → #units | #audio → #remux → #events
    this.#ps.push(packet, payloadStart, payloadEnd);
    if (header.marker) this.#units.marker(this.#ps.unbounded ? null : this.#ps.atBoundary);
  };

  #pack(): void {
    if (!this.#packed) this.#events.push({ type: 'first-pack' });
    this.#packed = true;
    this.#units.pack();
  }

  /** `packets`: packets are missing here; else bytes that made no sense. What is open has a hole. */
  #hole(packets: boolean): void {
    this.#wish.hole();
    this.#units.hole();
    this.#audio.hole();
    if (!packets) return;
    this.#ps.gap();
    this.#other.gap();
  }

  #take(): readonly FeedEvent[] {
    if (this.#events.length === 0) return EMPTY;
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

/** RTP-13: legal, and rare enough that readers forget it. */
function oddHeader(packet: Uint8Array): string {
  const first = packet[0]!;
  const parts = [
    (first & 0x0f) > 0 ? `${first & 0x0f} CSRC` : '',
    (first & 0x10) > 0 ? 'a header extension' : '',
    (first & 0x20) > 0 ? 'padding' : '',
  ];
  return `packets with ${parts.filter((part) => part !== '').join(', ')}`;
}
