/** One stream through the live path's own feed, and everything that is to be said of it afterwards. */
import type { AdtsHeader } from '../../media/es/aac.ts';
import type { AudioSink } from '../../media/es/audio-unit.ts';
import { Feed } from '../../media/feed.ts';
import type { FeedEvent, Finding, Fragment, InitSegment } from '../../media/frame.ts';
import { LIVE_REORDER } from '../../media/ingest/reorder.ts';
import { RTP_HEADER_BYTES, ssrcOf } from '../../media/ingest/rtp.ts';
import type { PacketFeed, ReceiverEvent } from '../../media/receiver.ts';
import { formatSsrc } from '../../sip/ssrc.ts';
import type { AudioReport, StreamReport, VideoReport } from '../report.ts';
import { FindingLog, isoTime } from './finding-log.ts';
import { ProgramLog } from './program-log.ts';

/** Who keeps what comes out of a stream (`--extract`). Bytes are valid during the call only. */
export interface StreamKeeper {
  init(init: InitSegment, epochMs: number): void;
  fragment(fragment: Fragment): void;
  g711(law: 'pcma' | 'pcmu', bytes: Uint8Array): void;
  /** One raw frame. */
  aac(header: AdtsHeader, bytes: Uint8Array): void;
}

export interface StreamLogOptions {
  readonly number: number;
  readonly callId: string | null;
  readonly transport: StreamReport['transport'];
  /** Wall clock at which `nowMs` is 0; null: the file has no times of its own. */
  readonly startEpochMs: number | null;
  readonly keeper: StreamKeeper | null;
}

export class StreamLog implements PacketFeed {
  readonly #o: StreamLogOptions;
  readonly #feed: Feed;
  readonly #program = new ProgramLog();
  readonly #findings = new FindingLog();
  /** At most one a second until the first map. */
  readonly #beforeMap: { readonly finding: Finding; readonly epochMs: number | null }[] = [];
  readonly #payloadTypes = new Set<number>();
  #init: InitSegment | null = null;
  #ssrc: number | null = null;
  #firstMs: number | null = null;
  #lastMs = 0;
  #maxJitterMs = 0;
  #videoTicks = { first: -1, last: -1, frames: 0 };
  #gop = { frames: 0, min: Number.POSITIVE_INFINITY, max: 0 };
  from: string | null = null;
  to: string | null = null;
  missingBytes = 0;

  constructor(options: StreamLogOptions) {
    this.#o = options;
    this.#feed = new Feed({
      // as for every live stream, whatever its transport
      reorder: LIVE_REORDER,
      ears: { program: (next) => this.#program.before(next), sound: (next) => this.#sound(next) },
    });
  }

  get counters() {
    return this.#feed.counters;
  }

  packet(packet: Uint8Array, owned: boolean, nowMs: number): readonly FeedEvent[] {
    this.#firstMs ??= nowMs;
    this.#lastMs = nowMs;
    if (packet.length >= RTP_HEADER_BYTES) {
      this.#payloadTypes.add(packet[1]! & 0x7f);
      this.#ssrc = ssrcOf(packet);
    }
    const events = this.#feed.packet(packet, owned, nowMs);
    const { jitterMs } = this.#feed.counters;
    if (jitterMs > this.#maxJitterMs) this.#maxJitterMs = jitterMs;
    return events;
  }

  poll(nowMs: number): readonly FeedEvent[] {
    return this.#feed.poll(nowMs);
  }

  reset(nowMs: number): readonly FeedEvent[] {
    return this.#feed.reset(nowMs);
  }

  end(nowMs: number): readonly FeedEvent[] {
    return this.#feed.end(nowMs);
  }

  /** What the receiver, or the feed by itself, says. */
  event(event: ReceiverEvent, nowMs: number): void {
    const { keeper, startEpochMs } = this.#o;
    if (event.type === 'finding') this.#found(event.finding, this.#epochMs(nowMs));
    else if (event.type === 'first-packet') this.from = event.remote;
    else if (event.type === 'init') {
      this.#init = event.init;
      keeper?.init(event.init, (startEpochMs ?? 0) + nowMs);
    } else if (event.type === 'fragment') {
      this.#frame(event.fragment);
      keeper?.fragment(event.fragment);
    }
  }

  report(edge: { readonly rtcp: number; readonly strangers: number; readonly malformed: number }): StreamReport {
    if (!this.#program.hasMap)
      for (const { finding, epochMs } of this.#beforeMap.splice(0)) this.#findings.add(finding, epochMs);
    const counters = this.#feed.counters;
    const durationMs = this.#firstMs === null ? 0 : this.#lastMs - this.#firstMs;
    return {
      number: this.#o.number,
      callId: this.#o.callId,
      transport: this.#o.transport,
      from: this.from,
      to: this.to,
      ssrc: this.#o.transport === 'file' || this.#ssrc === null ? null : formatSsrc(this.#ssrc),
      payloadTypes: [...this.#payloadTypes],
      startedAt: this.#firstMs === null ? null : isoTime(this.#epochMs(this.#firstMs)),
      durationMs: Math.round(durationMs),
      bitrateBps: durationMs === 0 ? 0 : Math.round((counters.bytes * 8000) / durationMs),
      packets: counters.packets,
      bytes: counters.bytes,
      lost: counters.lost,
      reordered: counters.reordered,
      duplicate: counters.duplicate,
      discarded: counters.discarded,
      maxJitterMs: this.#maxJitterMs,
      jitterMs: counters.jitterMs,
      timestampJumps: counters.timestampJumps,
      rtcpPackets: edge.rtcp,
      strangers: edge.strangers,
      malformed: edge.malformed,
      missingBytes: this.missingBytes,
      mime: this.#init?.mime ?? null,
      video: this.#video(),
      audio: this.#audio(),
      ps: this.#program.report(),
      findings: this.#findings.report(),
    };
  }

  #video(): VideoReport | null {
    const video = this.#init?.video;
    if (video === null || video === undefined) return null;
    const { frames, keyFrames, gopMs } = this.#feed.counters;
    const { first, last, frames: counted } = this.#videoTicks;
    return {
      codec: video.codec,
      profile: video.profile,
      width: video.width,
      height: video.height,
      declaredFps: video.fps,
      fps: last > first ? Math.round(((counted - 1) * 90_000 * 100) / (last - first)) / 100 : null,
      frames,
      keyFrames,
      gopMs,
      gopFrames: this.#gop.max === 0 ? null : { min: this.#gop.min, max: this.#gop.max },
    };
  }

  #audio(): AudioReport | null {
    const audio = this.#init?.audio;
    if (audio === null || audio === undefined) return null;
    const { codec, sampleRate, channels } = audio;
    return { codec, sampleRate, channels, frames: this.#feed.counters.audioFrames };
  }

  #frame(fragment: Fragment): void {
    for (const sample of fragment.samples) {
      if (sample.track !== 'video') continue;
      if (sample.isSync) {
        const { frames } = this.#gop;
        if (frames > 0) {
          this.#gop.min = Math.min(this.#gop.min, frames);
          this.#gop.max = Math.max(this.#gop.max, frames);
        }
        this.#gop.frames = 0;
      }
      this.#gop.frames += 1;
      if (this.#videoTicks.first < 0) this.#videoTicks.first = sample.dts;
      this.#videoTicks.last = sample.dts;
      this.#videoTicks.frames += 1;
    }
  }

  #sound(next: AudioSink): AudioSink {
    const { keeper } = this.#o;
    if (keeper === null) return next;
    return {
      g711: (law, rate, bytes, start, end, pts) => {
        keeper.g711(law, bytes.subarray(start, end));
        next.g711(law, rate, bytes, start, end, pts);
      },
      aac: (header, bytes, start, end, pts) => {
        keeper.aac(header, bytes.subarray(start, end));
        next.aac(header, bytes, start, end, pts);
      },
      relabel: (law) => next.relabel(law),
      discarded: () => next.discarded(),
      finding: (code, detail) => next.finding(code, detail),
    };
  }

  /**
   * PS-1 ("no stream map") is a word about a stream as a whole: a capture may begin between two maps, and then says nothing
   * against the device.
   */
  #found(finding: Finding, epochMs: number | null): void {
    // the packets of a file are of our making
    if (this.#o.transport === 'file' && finding.code.startsWith('RTP-')) return;
    if (finding.code === 'PS-1' && !this.#program.hasMap) this.#beforeMap.push({ finding, epochMs });
    else this.#findings.add(finding, epochMs);
  }

  #epochMs(nowMs: number): number | null {
    return this.#o.startEpochMs === null ? null : this.#o.startEpochMs + nowMs;
  }
}
