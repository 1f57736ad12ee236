/**
 * Everything that is no program stream: transport stream, elementary streams, sound in packets of its own. Each is read by its
 * room and handed to the stages of the program stream.
 */
import type { RtpHeader } from '../ingest/rtp.ts';
import { unwrap } from '../ingest/rtp.ts';
import type { PsSink } from '../ps/demux.ts';
import type { PayloadKind } from './kind.ts';
import { RtpEs } from './rtp-es.ts';
import { TsDemuxer } from './ts.ts';

interface VideoStage {
  readonly judge: { declare(codec: 'h264' | 'h265'): void };
  marker(boundary: boolean | null): void;
}

interface AudioStage {
  declare(codec: 'pcma' | 'pcmu'): void;
  pesStart(pts: number): void;
  data(bytes: Uint8Array, start: number, end: number): void;
  pesEnd(): void;
}

const VIDEO_ID = 0xe0;
/** RFC 3551: G.711 counts its own 8 kHz, whatever the codec samples at. */
const G711_TICK_90K = 90_000 / 8000;

export class OtherPayloads {
  readonly #sink: PsSink;
  readonly #video: VideoStage;
  readonly #audio: AudioStage;
  #es: RtpEs | null = null;
  #ts: TsDemuxer | null = null;
  #soundClock: number | null = null;

  constructor(sink: PsSink, video: VideoStage, audio: AudioStage) {
    this.#sink = sink;
    this.#video = video;
    this.#audio = audio;
  }

  /** Video came this way: the program stream has no say about where a frame ends. */
  get isUsed(): boolean {
    return this.#es !== null || this.#ts !== null;
  }

  /** No frame is open. */
  get atBoundary(): boolean {
    return (this.#es?.atBoundary ?? true) && (this.#ts?.atBoundary ?? true);
  }

  /** One payload in order. `prelude`: payloads of the same frame that came before it was known what they are. */
  push(kind: Exclude<PayloadKind, 'ps'>, header: RtpHeader, packet: Uint8Array, prelude: readonly Uint8Array[]): void {
    const { payloadStart, payloadEnd, timestamp, marker } = header;
    if (kind === 'pcma' || kind === 'pcmu') {
      this.#sound(kind, packet, payloadStart, payloadEnd, timestamp);
    } else if (kind === 'ts') {
      this.#ts ??= new TsDemuxer(this.#sink);
      this.#ts.push(packet, payloadStart, payloadEnd);
      if (marker) this.#video.marker(this.#ts.atBoundary || null);
    } else {
      this.#es ??= this.#elementary(kind);
      for (const bytes of prelude) this.#es.push(bytes, 0, bytes.length, timestamp, false);
      this.#es.push(packet, payloadStart, payloadEnd, timestamp, marker);
      if (marker) this.#video.marker(this.#es.atBoundary);
    }
  }

  /** Packets are missing before the next `push`. */
  gap(): void {
    this.#es?.gap();
    this.#ts?.gap();
  }

  end(): void {
    this.#es?.end();
    this.#ts?.end();
  }

  reset(): void {
    this.#es = null;
    this.#ts = null;
    this.#soundClock = null;
  }

  #elementary(kind: Exclude<PayloadKind, 'ps' | 'ts' | 'pcma' | 'pcmu'>): RtpEs {
    const codec = kind.startsWith('h264') ? 'h264' : 'h265';
    this.#video.judge.declare(codec);
    const sink = this.#sink;
    return new RtpEs(codec, kind.endsWith('-bytes'), {
      frameStart: (pts) => {
        sink.pack();
        sink.pesStart(VIDEO_ID, pts, -1);
      },
      data: (bytes, start, end) => sink.data(VIDEO_ID, bytes, start, end),
      frameEnd: () => sink.pesEnd(VIDEO_ID),
      damaged: () => sink.damaged(),
      finding: (code, detail) => sink.finding(code, detail),
    });
  }

  #sound(law: 'pcma' | 'pcmu', bytes: Uint8Array, start: number, end: number, timestamp: number): void {
    this.#soundClock = unwrap(this.#soundClock ?? timestamp, timestamp, 2 ** 32);
    const pts = Math.round(this.#soundClock * G711_TICK_90K) % 2 ** 33;
    this.#audio.declare(law);
    this.#audio.pesStart(pts < 0 ? pts + 2 ** 33 : pts);
    this.#audio.data(bytes, start, end);
    this.#audio.pesEnd();
  }
}
