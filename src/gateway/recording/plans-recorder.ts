import type { Continuous } from './continuous.ts';
import type { OwnFootage } from './own-footage.ts';
import type { PlanRecorder } from './plans.ts';

/** The recorder, as plans see it. */
export function planRecorder(continuous: Continuous, footage: OwnFootage): PlanRecorder {
  return {
    want: (stream, reason) => continuous.want(stream, reason),
    unwant: (stream, reason) => continuous.unwant(stream, reason),
    keep: (stream, preRollMs) => continuous.keep(stream, preRollMs),
    unkeep: (stream) => continuous.unkeep(stream),
    trigger: (stream, seconds) => continuous.trigger(stream, seconds),
    state(stream) {
      const recording = footage.running.some(
        (row) =>
          row.deviceId === stream.deviceId &&
          row.channelId === stream.channelId &&
          row.streamNumber === stream.streamNumber,
      );
      return { recording, error: continuous.statusOf(stream)?.fault?.detail ?? null };
    },
  };
}
