/**
 * Keeps the video one run for browsers. Media Source Extensions 3.5.1: a frame decoded more than two durations after the
 * one before it begins something new, and everything up to the next key frame is thrown away. So a frame behind a hole is
 * decoded where the hole begins, and shown when it is due.
 */

const TICKS_PER_MS = 90;

/** A longer hole is an outage: whoever watches has to begin anew. */
const MAX_JOINED_HOLE_90K = 10 * 90_000;

export class PictureRun {
  /** Results of `next`: decoding time and duration as they are written. 90 kHz. */
  dts = 0;
  duration = 0;

  /** The next frame: when it is due in decoding order, and an estimate of how long it lasts. */
  next(due: number, spacing: number): void {
    const end = this.dts + this.duration;
    const hole = due - end;
    const isHole = hole > Math.max(0, this.duration - TICKS_PER_MS) && hole <= MAX_JOINED_HOLE_90K;
    this.dts = this.duration > 0 && isHole ? end : due;
    this.duration = Math.max(1, Math.round(due + spacing - this.dts));
  }
}
