/** A recorder on a stream, as the gateway would hang it there. */

import type { Stream } from '../src/media/live/stream.ts';
import { type Recorder, startRecording } from '../src/record/recorder.ts';

export interface Recording {
  /** Nothing waits for the disk. */
  drained(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts with the stream's first init segment. */
export function record(stream: Stream, path: string, onFault: (detail: string) => void): Recording {
  let recorder: Recorder | null = null;
  const detach = stream.subscribe({
    init: (init) => {
      recorder ??= startRecording({
        path,
        startEpochMs: Date.now(),
        init,
        onFault,
        onNewInit: () => onFault('a second init segment'),
      });
    },
    fragment: (fragment) => recorder?.fragment(fragment),
    end: () => {},
  });
  return {
    drained: async () => recorder?.drained(),
    stop: async () => {
      detach();
      if (recorder === null) onFault('nothing was recorded');
      await recorder?.stop();
    },
  };
}
