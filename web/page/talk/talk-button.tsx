import { useEffect, useRef, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { talkAddress } from '../api.ts';
import { readProfile } from '../devices/api.ts';
import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { useStore } from '../store.ts';
import { talkWords } from '../words/talk.ts';
import { blockedBy, takesNoVoice } from './blocked.ts';
import { mayHaveMicrophone } from './microphone.ts';
import { Talking, type TalkingState } from './talking.ts';
import './talk.css';

interface Props {
  deviceId: string;
  channelId: string;
  /** Its device is registered and answers. */
  isOnline: boolean;
  /** True while the person speaks and is not to hear himself: the sound of the picture is switched off. */
  onSpeaking: (isSpeaking: boolean) => void;
}

const IDLE: TalkingState = { phase: 'idle', isHeld: false, isHandsFree: false };

/**
 * Talks to a channel: speaks while it is held, or all the time (hands-free). Where nobody can talk the buttons look so, and say why
 * when they are pressed. Made anew for each channel (`key`).
 */
export function TalkButton({ deviceId, channelId, isOnline, onSpeaking }: Props) {
  const words = useWords(talkWords);
  const isAllowed = useStore(mayControl);
  const [state, setState] = useState<TalkingState>(IDLE);
  const [isRefused, setRefused] = useState(false);
  const [isTried, setTried] = useState(false);
  const [isWhyShown, setWhyShown] = useState(false);
  const talking = useRef<Talking | null>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    let isGone = false;
    readProfile(deviceId).then(
      (profile) => isGone || setRefused(takesNoVoice(profile)),
      () => {}, // then the device says so itself
    );
    const made = new Talking(
      (o) => talkAddress(deviceId, channelId, o),
      (next) => {
        setState(next);
        onSpeaking(next.isHeld && !next.isHandsFree);
        if (next.phase === 'talking') setRefused(false);
        if (next.phase === 'talking' || next.problem === 'not_supported') setTried(false);
        if (next.problem === 'not_supported') setRefused(true);
      },
      (level) => button.current?.style.setProperty('--talk-level', level.toFixed(2)),
    );
    talking.current = made;
    return () => {
      isGone = true;
      made.close();
      onSpeaking(false);
    };
  }, [deviceId, channelId]);

  const { phase, isHeld } = state;
  const hold = (next: boolean): void => talking.current?.hold(next);

  // a window that loses the focus, or a tab that is hidden, may never learn that the button was let go
  useEffect(() => {
    const letGo = () => hold(false);
    window.addEventListener('blur', letGo);
    document.addEventListener('visibilitychange', letGo);
    return () => {
      window.removeEventListener('blur', letGo);
      document.removeEventListener('visibilitychange', letGo);
    };
  }, []);

  const blocked =
    phase === 'idle'
      ? blockedBy({ mayControl: isAllowed, isSecure: mayHaveMicrophone(), isOnline, isRefused, isTried })
      : null;
  const why = blocked === null ? undefined : words.problems[blocked];

  useEffect(() => {
    if (talking.current !== null) talking.current.isForced = isTried;
    setWhyShown(false);
  }, [blocked, isTried]);

  /** What is pressed is done, or it is said why not. */
  const unlessBlocked = (act: () => void): void => (blocked === null ? act() : setWhyShown(true));
  const isKey = ({ key }: KeyboardEvent): boolean => key === ' ' || key === 'Enter';
  const isSpeaking = phase === 'talking' && (isHeld || state.isHandsFree);
  const said = ((): string | null => {
    if (blocked !== null) return isWhyShown || blocked === 'not_supported' ? (why ?? null) : null;
    if (phase === 'calling') return words.calling;
    if (phase === 'talking') return isSpeaking ? words.speaking : words.ready;
    return state.problem === undefined ? null : (words.problems[state.problem] ?? words.failed);
  })();
  return (
    <div class="talk" data-phase={phase} data-blocked={blocked ?? ''} data-testid="talk-box">
      <button
        type="button"
        ref={button}
        class={isSpeaking ? 'talk-hold speaking' : 'talk-hold'}
        data-testid="talk"
        aria-pressed={isHeld}
        aria-disabled={blocked !== null}
        title={why ?? words.holdHint}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          unlessBlocked(() => {
            event.currentTarget.setPointerCapture(event.pointerId);
            hold(true);
          });
        }}
        onPointerUp={() => hold(false)}
        onPointerCancel={() => hold(false)}
        onLostPointerCapture={() => hold(false)}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (!isKey(event)) return;
          event.preventDefault();
          event.stopPropagation();
          if (!event.repeat) unlessBlocked(() => hold(true));
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
        aria-disabled={blocked !== null}
        title={why ?? words.handsFreeHint}
        onClick={() => unlessBlocked(() => talking.current?.handsFree(!state.isHandsFree))}
      >
        {words.handsFree}
      </button>
      <span
        class={phase === 'idle' && blocked !== 'not_supported' ? 'talk-said fault' : 'talk-said'}
        role="status"
        data-testid="talk-said"
      >
        {said}
      </span>
      {blocked === 'not_supported' && (
        <button type="button" class="plain" data-testid="talk-try" onClick={() => setTried(true)}>
          {words.tryAgain}
        </button>
      )}
    </div>
  );
}
