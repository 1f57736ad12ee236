import type { InitSegment } from '../frame.ts';

/** The JSON text messages of the subprotocol `gbgate.v1` (contract, viewers). Each answers one message, ready to send. */

/** Before each init segment: what the next fragments hold. */
export function initText(init: InitSegment): string {
  const { video, audio } = init;
  return JSON.stringify({
    type: 'init',
    mime: init.mime,
    video: video && {
      codec: video.codec,
      width: video.width,
      height: video.height,
      fps: video.fps,
      profile: video.profile,
    },
    audio: audio && { codec: audio.codec, sampleRate: audio.sampleRate, channels: audio.channels },
  });
}

/** At each key frame: the content time (wall clock) of a point of the media time line. */
export function clockText(dts90k: number, epochMs: number, footage?: FootageClock): string {
  return JSON.stringify({ type: 'clock', dts90k, time: new Date(epochMs).toISOString(), ...footage });
}

/** What the clock of recorded footage says besides. */
export interface FootageClock extends Pace {
  /** Somebody went here: what came before and is not shown yet is of no interest. */
  readonly jump?: true;
  /** No key frame follows: from that point on, what was said before is corrected. */
  readonly key?: false;
}

/** How recorded footage is to be played: at `rate` times the speed of its media time, of which a second is `scale` seconds of content. */
export interface Pace {
  readonly rate: number;
  readonly scale: number;
}

export function stateText(state: string, code: string | null): string {
  return JSON.stringify(code === null ? { type: 'state', state } : { type: 'state', state, code });
}

/** Behind a hole: how many video frames (or audio-only fragments) and how much media time were lost or left out. */
export function dropText(frames: number, ms: number): string {
  return JSON.stringify({ type: 'drop', frames, ms });
}

export function endText(reason: string): string {
  return JSON.stringify({ type: 'end', reason });
}
