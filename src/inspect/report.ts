/** What an inspected file holds. Types only; `--json` prints it as it is. Times are ISO 8601 in UTC, units stand in the names. */

export interface Report {
  file: string;
  format: 'pcap' | 'pcapng' | 'rtpdump' | 'ps' | 'mp4';
  bytes: number;
  /** Packets of a capture; null for PS and MP4. */
  packets: number | null;
  startedAt: string | null;
  durationMs: number;
  /** Links of a capture. */
  links: string[];
  /** What could not be read, and how often. */
  skipped: Record<string, number>;
  /** Sentences about the file itself. */
  notes: string[];
  sip: { messages: LadderLine[]; omitted: number };
  calls: CallReport[];
  streams: StreamReport[];
  movie: MovieReport | null;
  /** Files that were written (`--extract`). */
  extracted: string[];
  /** Deviations in signalling outside of calls' media. Those of a stream stand there. */
  findings: FindingReport[];
}

/** One SIP message on the ladder. */
export interface LadderLine {
  at: string;
  /** Since the first packet of the file. */
  ms: number;
  from: string;
  to: string;
  transport: 'udp' | 'tcp';
  /** `INVITE`, `200 OK`, `MESSAGE Keepalive`; what was wrong when it is none. */
  what: string;
  callId: string | null;
}

export interface CallReport {
  callId: string;
  from: string;
  to: string;
  startedAt: string;
  /** Final answer, null when none came. */
  status: number | null;
  reason: string;
  /** From INVITE to final answer. */
  answerMs: number | null;
  endedBy: 'caller' | 'callee' | null;
  transport: string | null;
  /** Media: `host:port`. */
  offered: string | null;
  answered: string | null;
  /** Ten digits, as written in `y=`. */
  offeredSsrc: string | null;
  answeredSsrc: string | null;
  findings: FindingReport[];
}

export interface StreamReport {
  /** From 1; names the files of `--extract`. */
  number: number;
  /** Null: found by what it looks like, no SIP names it. */
  callId: string | null;
  transport: 'udp' | 'tcp' | 'file';
  from: string | null;
  to: string | null;
  /** Ten decimal digits. */
  ssrc: string | null;
  payloadTypes: number[];
  startedAt: string | null;
  durationMs: number;
  bitrateBps: number;
  packets: number;
  bytes: number;
  lost: number;
  reordered: number;
  duplicate: number;
  discarded: number;
  /** Largest interarrival jitter (RFC 3550 6.4.1) seen, and the last. */
  maxJitterMs: number;
  jitterMs: number;
  timestampJumps: number;
  rtcpPackets: number;
  /** Packets of others, and packets that are no RTP, that came to the same place. */
  strangers: number;
  malformed: number;
  /** Bytes of TCP that the capture does not have. */
  missingBytes: number;
  mime: string | null;
  video: VideoReport | null;
  audio: AudioReport | null;
  ps: PsReport | null;
  findings: FindingReport[];
}

export interface VideoReport {
  codec: string;
  profile: string;
  width: number;
  height: number;
  /** As the parameter sets say; null when they do not. */
  declaredFps: number | null;
  /** Frames over the time they cover. */
  fps: number | null;
  frames: number;
  keyFrames: number;
  gopMs: number;
  /** Frames of the groups of pictures that are whole: shortest and longest. */
  gopFrames: { min: number; max: number } | null;
}

export interface AudioReport {
  codec: string;
  sampleRate: number;
  channels: number;
  frames: number;
}

export interface PsReport {
  packs: number;
  maps: number;
  /** The newest map. */
  map: { streamId: string; streamType: string }[];
  pes: { streamId: string; count: number; bytes: number; withPts: number }[];
  /** Places where bytes are missing or make no sense. */
  damaged: number;
}

export interface FindingReport {
  code: string;
  count: number;
  firstAt: string | null;
  lastAt: string | null;
  /** The newest. */
  detail: string;
}

export interface MovieReport {
  brands: string[];
  isFragmented: boolean;
  /** The index stands before the media: it plays while it is loaded. */
  isProgressive: boolean;
  tracks: {
    id: number;
    codec: string;
    kind: string;
    durationMs: number;
    samples: number;
    bytes: number;
    bitrateBps: number;
    video: {
      width: number;
      height: number;
      fps: number;
      keyFrames: number;
      gopFrames: { min: number; max: number } | null;
    } | null;
    audio: { sampleRate: number; channels: number } | null;
  }[];
}
