import type { Closing } from './closing.ts';
import type { AudioInfo, VideoInfo } from './protocol.ts';

/** What the player is doing, for whoever puts it into words. */
export type PlayerState =
  | { readonly type: 'connecting' }
  /** Connected; `state` is the gateway's word for the stream (`inviting`, `waiting`, `stalled`). */
  | { readonly type: 'waiting'; readonly state: string; readonly code?: string }
  | { readonly type: 'playing' }
  /** The browser wants a click before it plays. */
  | { readonly type: 'blocked' }
  | { readonly type: 'retrying'; readonly closing: Closing; readonly reason: string; readonly inMs: number }
  /** Over until `start` is called again. */
  | { readonly type: 'closed'; readonly closing: Closing; readonly reason: string }
  | { readonly type: 'undecodable'; readonly mime: string; readonly codec: string }
  /** No Media Source Extensions in this browser. */
  | { readonly type: 'unsupported' };

/** Once a second while media comes in. */
export interface PlayerFigures {
  readonly video: VideoInfo | null;
  readonly audio: AudioInfo | null;
  readonly width: number;
  readonly height: number;
  /** Pictures shown in the last second. */
  readonly fps: number;
  readonly bitrateBps: number;
  /** From the newest media in the buffer to the picture shown. */
  readonly delayMs: number;
}
