/** What leaves the access unit stage. */
import type { VideoCodec } from './picture.ts';

/** One whole access unit. Everything is valid during the call only. */
export interface VideoUnit {
  codec: VideoCodec;
  bytes: Buffer;
  /** NAL unit `i` is `bytes[starts[i], ends[i])` for `first <= i < last`. */
  starts: readonly number[];
  ends: readonly number[];
  first: number;
  last: number;
  /** 90 kHz, 33 bits; −1 when absent. */
  pts: number;
  dts: number;
  /** RTP time stamp of the packet in which the unit began. */
  rtpTimestamp: number;
  arrivedMs: number;
  afterLoss: boolean;
}

export interface UnitSink {
  videoUnit(unit: VideoUnit): void;
  /** A frame was thrown away. */
  discarded(): void;
  finding(code: string, detail: string): void;
}
