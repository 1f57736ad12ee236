import { useWords } from '../language.ts';
import { ptzWords } from '../words/ptz.ts';
import { control, type Where } from './api.ts';
import type { Deed } from './deeds.ts';

interface Props {
  where: Where;
  run: (deed: Deed) => Promise<boolean>;
  isTracking: boolean;
  onTracking: (isTracking: boolean) => void;
}

/** The camera follows what moves by itself, or what somebody draws a box around (2022). */
export function TrackForm({ where, run, isTracking, onTracking }: Props) {
  const words = useWords(ptzWords);
  const say = (mode: 'auto' | 'stop') => {
    onTracking(false);
    void run((force) => control(where, { command: 'target-track', mode }, force));
  };
  return (
    <>
      <p class="hint" role={isTracking ? 'status' : undefined}>
        {isTracking ? words.track.draw : words.track.hint}
      </p>
      <div class="ptz-row ptz-evenly">
        <button type="button" data-testid="track-auto" onClick={() => say('auto')}>
          {words.track.auto}
        </button>
        <button
          type="button"
          data-testid="track-manual"
          aria-pressed={isTracking}
          onClick={() => onTracking(!isTracking)}
        >
          {words.track.manual}
        </button>
        <button type="button" data-testid="track-stop" onClick={() => say('stop')}>
          {words.track.stop}
        </button>
      </div>
    </>
  );
}
