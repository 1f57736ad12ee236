/** What every reader of capture files gives and how it fails. Types only. */

/** A file that is damaged or of another kind: where, and one sentence for a person. */
export interface FileFault {
  readonly fault: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
}

/** Packets of a capture in the order of the file. */
export interface CaptureSink {
  /**
   * One packet as its link carried it; `bytes` is valid during the call only. `wireBytes`: how long it was, when the capture
   * kept less (snap length). `epochMs`: wall clock with its fraction.
   */
  packet(epochMs: number, linkType: number, bytes: Uint8Array, wireBytes: number): void;
}

/** A reader that takes the file piece by piece. */
export interface CaptureReader {
  /** A fault ends the file. */
  push(piece: Uint8Array): FileFault | null;
  /** True when the file ends in the middle of something, as after a crash of whoever wrote it. */
  readonly isCut: boolean;
}
