import { offsetWords } from '../format.ts';
import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { type Store, useStore } from '../store.ts';
import { footageWords } from '../words/footage.ts';
import { type DeckShown, SPEEDS } from './deck.ts';
import type { Head } from './head-hook.ts';
import type { LaneName } from './timeline.tsx';
import type { Zone } from './zone.ts';

/** How far the buttons and arrows jump. */
export const JUMP_SECONDS = 10;

const FRACTIONS: Readonly<Record<number, string>> = { 0.25: '¼', 0.5: '½' };

function labelOf(speed: number): string {
  return speed < 0 ? `◂${-speed}×` : `${FRACTIONS[speed] ?? speed}×`;
}

interface ClockProps {
  zone: Zone;
  head: Store<Head>;
}

/** When the picture that is shown was taken, by the recorder's clock; with its zone where the browser has another. */
export function Clock({ zone, head }: ClockProps) {
  const words = useWords(footageWords);
  const { epochMs } = useStore(head);
  const offsetMinutes = Math.round(zone.offsetMs(epochMs ?? 0) / 60_000);
  return (
    <time class="footage-clock" title={words.zone(zone.name)} data-testid="clock" data-epoch-ms={epochMs ?? ''}>
      <span class="skip">{words.clock}</span>
      {epochMs === null ? (
        <b class="none">{words.noClock}</b>
      ) : (
        <>
          <span>{zone.date(epochMs)}</span> <b>{zone.clock(epochMs)}</b>{' '}
          {offsetMinutes !== -new Date(epochMs).getTimezoneOffset() && (
            <small data-testid="clock-zone">{offsetWords(offsetMinutes)}</small>
          )}
        </>
      )}
    </time>
  );
}

interface Props {
  deck: DeckShown;
  lane: LaneName;
  isMuted: boolean;
  /** Something plays or is paused: it can be moved. */
  canMove: boolean;
  /** Why a playback of the device cannot be moved by this token; null when it can. */
  whyNot: string | null;
  onPlay: () => void;
  onJump: (seconds: number) => void;
  onStep: (by: 1 | -1) => void;
  onSpeed: (speed: number) => void;
  onStill: () => void;
  onMute: () => void;
  onFullScreen: () => void;
}

/** The buttons under the picture. */
export function Transport({ deck, lane, canMove, whyNot, isMuted, ...on }: Props) {
  const words = useWords(footageWords);
  const isRunning = canMove && !deck.isPaused && deck.phase !== 'ended';
  const reason = whyNot ?? undefined;
  const isHeld = whyNot !== null;
  const button = (
    icon: Parameters<typeof Icon>[0]['name'],
    name: string,
    id: string,
    isOff: boolean,
    run: () => void,
  ) => (
    <button
      type="button"
      class="plain"
      data-testid={id}
      aria-label={name}
      title={reason ?? name}
      disabled={isOff}
      onClick={run}
    >
      <Icon name={icon} />
    </button>
  );
  const whyNoFrame = `${words.frameForward} (${words.frameWhenPaused})`;
  return (
    <div class="transport">
      <fieldset class="transport-group" aria-label={words.play}>
        {button('jumpBack', words.back(JUMP_SECONDS), 'jump-back', !canMove || isHeld, () => on.onJump(-JUMP_SECONDS))}
        <button
          type="button"
          class="play"
          data-testid="play"
          aria-label={isRunning ? words.pause : words.play}
          title={reason ?? (isRunning ? words.pause : words.play)}
          disabled={isHeld}
          onClick={on.onPlay}
        >
          <Icon name={isRunning ? 'pause' : 'play'} />
        </button>
        {button('jumpAhead', words.forward(JUMP_SECONDS), 'jump-ahead', !canMove || isHeld, () =>
          on.onJump(JUMP_SECONDS),
        )}
        {button('frameBack', words.frameBack, 'frame-back', !deck.isPaused, () => on.onStep(-1))}
        <button
          type="button"
          class="plain"
          data-testid="frame-ahead"
          aria-label={words.frameForward}
          title={deck.isPaused ? words.frameForward : whyNoFrame}
          disabled={!deck.isPaused}
          onClick={() => on.onStep(1)}
        >
          <Icon name="frameAhead" />
        </button>
      </fieldset>
      <fieldset class="speeds" aria-label={words.speed} data-testid="speeds">
        {SPEEDS.map((speed) => {
          const isOffered = deck.speeds.includes(speed);
          const name = speed < 0 ? words.backwards(-speed) : labelOf(speed);
          const why = isOffered ? reason : lane === 'own' ? words.reverseOwn : words.speedNotOffered;
          return (
            <button
              key={speed}
              type="button"
              class="plain"
              data-speed={speed}
              aria-pressed={deck.speed === speed}
              aria-label={why === undefined ? name : `${name}: ${why}`}
              title={why ?? name}
              disabled={!isOffered || isHeld}
              onClick={() => on.onSpeed(speed)}
            >
              {labelOf(speed)}
            </button>
          );
        })}
      </fieldset>
      <div class="transport-group">
        {button(isMuted ? 'soundOff' : 'soundOn', isMuted ? words.soundOn : words.soundOff, 'sound', false, on.onMute)}
        <button
          type="button"
          class="plain"
          data-testid="still"
          aria-label={words.still}
          title={words.still}
          disabled={!canMove}
          onClick={on.onStill}
        >
          <Icon name="still" />
        </button>
        <button
          type="button"
          class="plain"
          data-testid="full-screen"
          aria-label={words.fullScreen}
          title={words.fullScreen}
          onClick={on.onFullScreen}
        >
          <Icon name="fullScreen" />
        </button>
      </div>
    </div>
  );
}
