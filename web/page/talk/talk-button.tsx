import { useEffect, useRef, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { talkAddress } from '../api.ts';
import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { useStore } from '../store.ts';
import { talkWords } from '../words/talk.ts';
import { Talking, type TalkingState } from './talking.ts';
import './talk.css';

interface Props {
  deviceId: string;
  channelId: string;
  /** True while the person speaks and is not to hear himself: the sound of the picture is switched off. */
  onSpeaking: (isSpeaking: boolean) => void;
}

/** Talks to a channel: speaks while it is held, or all the time (hands-free). Made anew for each channel (`key`). */
export function TalkButton({ deviceId, channelId, onSpeaking }: Props) {
  const words = useWords(talkWords);
  const isAllowed = useStore(mayControl);
  const [state, setState] = useState<TalkingState>({ phase: 'idle', isHeld: false, isHandsFree: false });
  const talking = useRef<Talking | null>(null);

  useEffect(() => {
    const made = new Talking(talkAddress(deviceId, channelId), (next) => {
      setState(next);
      onSpeaking(next.isHeld && !next.isHandsFree);
    });
    talking.current = made;
    return () => {
      made.close();
      onSpeaking(false);
    };
  }, [deviceId, channelId]);

  const isKey = ({ key }: KeyboardEvent): boolean => key === ' ' || key === 'Enter';
  const hold = (isHeld: boolean): void => talking.current?.hold(isHeld);
  const { phase } = state;
  const isSpeaking = phase === 'talking' && (state.isHeld || state.isHandsFree);
  const said =
    phase === 'idle'
      ? state.problem === undefined
        ? null
        : (words.problems[state.problem] ?? words.failed)
      : phase === 'talking'
        ? isSpeaking
          ? words.speaking
          : words.ready
        : words.calling;
  return (
    <div class="talk" data-phase={phase} data-testid="talk-box">
      <button
        type="button"
        class={isSpeaking ? 'talk-hold speaking' : 'talk-hold'}
        data-testid="talk"
        aria-pressed={state.isHeld}
        disabled={!isAllowed}
        title={words.holdHint}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          hold(true);
        }}
        onPointerUp={() => hold(false)}
        onPointerCancel={() => hold(false)}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (!isKey(event)) return;
          event.preventDefault();
          event.stopPropagation();
          if (!event.repeat) hold(true);
        }}
        onKeyUp={(event) => isKey(event) && hold(false)}
        onBlur={() => hold(false)}
      >
        <Icon name="microphone" />
        <span>{words.hold}</span>
      </button>
      <button
        type="button"
        data-testid="hands-free"
        aria-pressed={state.isHandsFree}
        disabled={!isAllowed}
        title={words.handsFreeHint}
        onClick={() => talking.current?.handsFree(!state.isHandsFree)}
      >
        {words.handsFree}
      </button>
      {said !== null && (
        <span class={phase === 'idle' ? 'talk-said fault' : 'talk-said'} role="status" data-testid="talk-said">
          {said}
        </span>
      )}
    </div>
  );
}
