import type { PlayerFigures } from '../../player/state.ts';
import { bitrate, codecName } from '../format.ts';
import { useWords } from '../language.ts';
import { liveWords } from '../words/live.ts';

/** What comes in, beside the picture, for in its corners cameras write the time and their name: codec, size, pictures, bits, delay. */
export function Figures({ figures }: { figures: PlayerFigures }) {
  const words = useWords(liveWords);
  const parts = [
    figures.video === null ? null : codecName(figures.video.codec),
    figures.width === 0 ? null : `${figures.width}×${figures.height}`,
    figures.video === null ? null : `${Math.round(figures.fps)} fps`,
    bitrate(figures.bitrateBps),
    figures.audio === null ? null : codecName(figures.audio.codec),
    figures.lostFrames === 0 ? null : words.lostFrames(figures.lostFrames),
    `${words.delay} ${Math.round(figures.delayMs)} ms`,
  ];
  return (
    <p class="figures" data-testid="figures">
      {parts
        .filter((part) => part !== null)
        .map((part) => (
          <span key={part}>{part}</span>
        ))}
    </p>
  );
}
