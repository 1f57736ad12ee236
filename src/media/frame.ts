/**
 * The nouns that cross rooms on the media path. Types only: everything here is plain data, so that a feed
 * can run in a worker thread and post these objects (with `isTransferred` their buffers can be transferred).
 */

/** A video elementary stream as it will stand in a sample description. Source: ISO/IEC 14496-15. */
export interface VideoTrack {
  readonly kind: 'video';
  readonly codec: 'h264' | 'h265';
  /** RFC 6381, built from the SPS in force: `avc1.64001f`, `hvc1.1.6.L93.B0`. */
  readonly codecString: string;
  readonly width: number;
  readonly height: number;
  /** From the SPS timing info when it is plausible, else null. */
  readonly fps: number | null;
  /** In words: `High`, `Main`, `Baseline`, `Main 10`. */
  readonly profile: string;
  /** Body of `avcC` / `hvcC` (AVCDecoderConfigurationRecord / HEVCDecoderConfigurationRecord). */
  readonly config: Uint8Array;
  readonly timescale: 90_000;
}

/** An audio stream. G.711 (`pcma`, `pcmu`) travels losslessly as FLAC, AAC passes through. */
export interface AudioTrack {
  readonly kind: 'audio';
  readonly codec: 'pcma' | 'pcmu' | 'aac';
  /** `flac` or `mp4a.40.N`. */
  readonly codecString: string;
  readonly sampleRate: number;
  readonly channels: number;
  /** FLAC: the 34 bytes of STREAMINFO. AAC: AudioSpecificConfig. */
  readonly config: Uint8Array;
  /** Equals sampleRate. */
  readonly timescale: number;
}

/** `ftyp` + `moov(mvex)`. A change of codec, picture size or tracks makes a new one with the next generation. */
export interface InitSegment {
  readonly generation: number;
  /** `video/mp4; codecs="avc1.64001f,flac"` */
  readonly mime: string;
  readonly bytes: Uint8Array;
  readonly video: VideoTrack | null;
  readonly audio: AudioTrack | null;
}

/** One access unit (ISO/IEC 14496-10 3.1) or one audio frame, as it lies in an `mdat`. */
export interface Sample {
  readonly track: 'video' | 'audio';
  /** Video: every NAL unit as received, each behind a 32-bit length. Audio: one FLAC or raw AAC frame. A view into its fragment's bytes. */
  readonly data: Uint8Array;
  /** In the track's timescale on the feed's own time base: starts near 0, never goes back, never wraps. */
  readonly dts: number;
  /** pts − dts in the track's timescale, ≥ 0. */
  readonly compositionOffset: number;
  /** In the track's timescale. For the newest video sample an estimate: the next sample's dts is the truth. */
  readonly duration: number;
  /** Video: IDR (H.264) / IRAP (H.265). Audio: always true. */
  readonly isSync: boolean;
}

/** What leaves the feed for viewers: one video frame with the audio that goes with it, as `moof`+`mdat` (one or two pairs). */
export interface Fragment {
  readonly generation: number;
  readonly bytes: Uint8Array;
  /** Starts with a sync video sample (or, in an audio-only stream, always true). */
  readonly isKey: boolean;
  /** Something was lost or discarded between the fragment before and this one (`media.loss: wait` viewers skip to the next key). */
  readonly afterLoss: boolean;
  /** When the first sample is due, 90 kHz: its dts, or behind a hole where the hole ends. */
  readonly dts90k: number;
  /** Monotonic milliseconds at which the last packet of the frame arrived. */
  readonly arrivedMs: number;
  /** Video first, then audio; each `data` is a view into `bytes`. */
  readonly samples: readonly Sample[];
}

/** A tolerated deviation, named by its code in the list of known deviations (`PS-4`, `RTP-5`). */
export interface Finding {
  readonly code: string;
  readonly detail: string;
}

/** What a feed says, in the order in which it happened. */
export type FeedEvent =
  | { readonly type: 'first-pack' }
  | { readonly type: 'init'; readonly init: InitSegment }
  | { readonly type: 'fragment'; readonly fragment: Fragment }
  | { readonly type: 'finding'; readonly finding: Finding }
  /**
   * Footage only, before the fragment it is true of: the source's clock was laid on the time base anew (the first time, and
   * wherever it went back or leapt): its time stamp `source90k`, 33 bits unwrapped, is `dts90k` from here on.
   */
  | { readonly type: 'placed'; readonly source90k: number; readonly dts90k: number }
  /**
   * A key frame should be asked for (ES-1): none has come since the start of the source, or frames were lost in a long group of
   * pictures. Said again every few seconds until one comes. `waitedMs`: how long none has come.
   */
  | { readonly type: 'key-frame-wanted'; readonly reason: 'start' | 'loss'; readonly waitedMs: number };

/** Counted on the packet path, read when someone asks. All start at 0; counts only grow. */
export interface FeedCounters {
  packets: number;
  bytes: number;
  lost: number;
  reordered: number;
  duplicate: number;
  /** Packets, PES or frames thrown away: bad RTP, frames with a hole, frames before the first key frame. */
  discarded: number;
  frames: number;
  keyFrames: number;
  audioFrames: number;
  timestampJumps: number;
  /** Length of the last whole group of pictures. */
  gopMs: number;
  /** Interarrival jitter (RFC 3550 section 6.4.1), smoothed: the one value that also falls. */
  jitterMs: number;
}
