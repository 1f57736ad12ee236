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

/** A unit over the arrays of a buffer of NAL units, to be reused. */
export function emptyUnit({ bytes, starts, ends }: Pick<VideoUnit, 'bytes' | 'starts' | 'ends'>): VideoUnit {
  return {
    codec: 'h264',
    bytes,
    starts,
    ends,
    first: 0,
    last: 0,
    pts: -1,
    dts: -1,
    rtpTimestamp: 0,
    arrivedMs: 0,
    afterLoss: false,
  };
}

/** Where the newest PES begins in the buffer of its frame, while it is not decided what it is to the frame. */
interface Mark {
  open: boolean;
  offset: number;
  pts: number;
  dts: number;
  rtpTimestamp: number;
  afterPack: boolean;
}

export function emptyMark(): Mark {
  return { open: false, offset: 0, pts: -1, dts: -1, rtpTimestamp: 0, afterPack: false };
}

export interface UnitSink {
  videoUnit(unit: VideoUnit): void;
  /** A frame was thrown away. */
  discarded(): void;
  finding(code: string, detail: string): void;
}
