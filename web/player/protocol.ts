/** The text messages of the WebSocket subprotocol `gbgate.v1`, as the player reads and writes them. Pure: no DOM. */

import type { AudioInfo, VideoInfo } from './state.ts';

/** Offered when the socket opens; without it the gateway sends binary messages only. */
export const SUBPROTOCOL = 'gbgate.v1';

/** What the gateway says between binary messages. */
export type ServerMessage =
  | {
      readonly type: 'init';
      readonly mime: string;
      readonly video: VideoInfo | null;
      readonly audio: AudioInfo | null;
    }
  /** `rate` and `scale` come with recorded footage only. */
  | {
      readonly type: 'clock';
      readonly dts90k: number;
      readonly time: string;
      readonly rate: number | null;
      readonly scale: number;
      /** Somebody went here. */
      readonly isJump: boolean;
      /** False when it is no key frame that follows, but a correction of what was said before. */
      readonly isKey: boolean;
    }
  /** `action`: the answer to a `control` of this connection, refused when there is a `code`. */
  | { readonly type: 'state'; readonly state: string; readonly code?: string; readonly action?: string }
  | { readonly type: 'drop'; readonly frames: number; readonly ms: number }
  | { readonly type: 'end'; readonly reason: string };

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** One text message, or null when it is not one of ours: messages of a newer gateway are skipped, not errors. */
export function readMessage(json: string): ServerMessage | null {
  let value: Record<string, unknown> | null;
  try {
    value = record(JSON.parse(json));
  } catch {
    return null;
  }
  switch (value?.type) {
    case 'init': {
      const video = record(value.video);
      const audio = record(value.audio);
      return {
        type: 'init',
        mime: text(value.mime),
        video: video && { codec: text(video.codec), width: count(video.width), height: count(video.height) },
        audio: audio && { codec: text(audio.codec) },
      };
    }
    case 'clock':
      return {
        type: 'clock',
        dts90k: count(value.dts90k),
        time: text(value.time),
        rate: count(value.rate) || null,
        scale: count(value.scale) || 1,
        isJump: value.jump === true,
        isKey: value.key !== false,
      };
    case 'state':
      return {
        type: 'state',
        state: text(value.state),
        ...(typeof value.code === 'string' ? { code: value.code } : {}),
        ...(typeof value.action === 'string' ? { action: value.action } : {}),
      };
    case 'drop':
      return { type: 'drop', frames: count(value.frames), ms: count(value.ms) };
    case 'end':
      return { type: 'end', reason: text(value.reason) };
    default:
      return null;
  }
}

/** True for `ftyp`+`moov`: a binary message that starts a new description of the tracks. */
export function isInitSegment(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 8 && bytes[4] === 0x66 && bytes[5] === 0x74 && bytes[6] === 0x79 && bytes[7] === 0x70 // 'ftyp'
  );
}

/** How many tracks of each kind a mime type declares: a source buffer takes another codec, but never another set of tracks. */
export function trackShape(mime: string): string {
  const codecs = /codecs="([^"]*)"/.exec(mime)?.[1]?.split(',') ?? [];
  const audio = codecs.filter((codec) => /^\s*(mp4a|flac|opus|ac-3|ec-3)/i.test(codec)).length;
  return `${codecs.length - audio}v${audio}a`;
}
