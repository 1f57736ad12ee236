/**
 * Where recorded footage comes from, as downloads see it: what is asked for, what comes, and how it ended. Types only, so that
 * a download can be tried against a script and filled from calls to devices (GB/T 28181-2022 9.8, 9.9).
 */
import type { Fragment, InitSegment } from '../media/frame.ts';

/** One range of one channel's footage, asked for once. Content times; the wire carries whole seconds. */
export interface FootageRange {
  readonly deviceId: string;
  readonly channelId: string;
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  /** Times real speed, as asked of the device (`downloadspeed`). */
  readonly speed: number;
  readonly transport: 'auto' | 'udp' | 'tcp-passive' | 'tcp-active';
  /** Packets were lost over UDP: TCP is tried first, where the device is not bound to UDP. Default false. */
  readonly avoidsUdp?: boolean;
}

/** Why no more comes. `status`: the device's answer, when it was one. */
export type FootageEnd = {
  readonly why:
    | 'media-status'
    | 'bye'
    | 'closed'
    | 'idle'
    | 'busy'
    | 'rejected'
    | 'offline'
    | 'no-media'
    | 'stopped'
    | 'timeout';
  readonly detail: string;
  readonly status?: number;
};

/** What a source says, in the order in which it happened. */
export type FootageEvent =
  | {
      readonly type: 'started';
      readonly transport: string;
      /** As the device's answer has it, and often wrong (PB-6). */
      readonly filesizeBytes: number | null;
      /** Speeds that the device names in its answer. */
      readonly offeredSpeeds: readonly number[] | null;
    }
  | { readonly type: 'init'; readonly init: InitSegment }
  /** `contentEpochMs`: when what its first sample shows was filmed. */
  | { readonly type: 'fragment'; readonly fragment: Fragment; readonly contentEpochMs: number }
  /** Bytes were lost before the next fragment. */
  | { readonly type: 'hole' }
  /** Exactly once, last. */
  | { readonly type: 'end'; readonly end: FootageEnd };

/** A range that comes in. */
export interface FootageSource {
  /** TCP: nothing more is read until `release`, so that the device waits. UDP: nothing happens. */
  hold(): void;
  release(): void;
  /** Idempotent. Resolves when the device has confirmed, or never will. */
  stop(): Promise<void>;
}

export type OpenFootage = (range: FootageRange, on: (event: FootageEvent) => void) => FootageSource;

export interface FootageSpan {
  readonly startEpochMs: number;
  readonly endEpochMs: number;
}

/** Which parts of a range the device says it has (RecordInfo), joined where files meet (2 s or less apart). */
export type FindFootage = (
  deviceId: string,
  channelId: string,
  startEpochMs: number,
  endEpochMs: number,
) => Promise<{ spans: FootageSpan[]; complete: boolean } | { fault: string }>;
