import { useEffect, useRef, useState } from 'preact/hooks';
import '../../player/element.ts';
import type { GbPlayer, PlayerState } from '../../player/state.ts';
import { useWords } from '../language.ts';
import { TroublePanel } from '../live/trouble-panel.tsx';
import { useStore } from '../store.ts';
import { type FootageWords, footageWords } from '../words/footage.ts';
import { streamAddress } from './api.ts';
import type { DeckShown } from './deck.ts';
import type { Decks } from './decks-hook.ts';
import type { LaneName } from './timeline.tsx';

/** Words over the picture wait for this: most seeks are faster. */
const LATE_MS = 250;

interface Props {
  decks: Decks;
  lane: LaneName;
  deviceId: string;
  isMuted: boolean;
  /** What is said instead of the invitation to click, when nothing plays. */
  idle: { readonly sentence: string; readonly hint: string };
  onAgain: () => void;
}

/** `<gb-player>` for the stream of a playback. */
function StreamPlayer({
  decks,
  isMuted,
  onState,
}: Pick<Props, 'decks' | 'isMuted'> & { onState: (s: PlayerState) => void }) {
  const stream = useStore(decks.device.stream);
  const box = useRef<HTMLDivElement>(null);
  const player = useRef<GbPlayer | null>(null);
  const tell = useRef(onState);
  tell.current = onState;
  const id = stream?.id;

  useEffect(() => {
    const element = document.createElement('gb-player');
    element.quiet = true;
    element.toggleAttribute('muted', true);
    element.addEventListener('statechange', (event) => tell.current(event.detail));
    player.current = element;
    box.current?.append(element);
    decks.device.attach(element);
    return () => {
      decks.device.attach(null);
      element.remove();
      player.current = null;
    };
  }, [decks]);
  useEffect(() => {
    if (player.current !== null) player.current.src = id === undefined ? '' : streamAddress(id);
  }, [id]);
  useEffect(() => {
    if (player.current !== null) player.current.muted = isMuted;
  }, [isMuted]);
  return <div class="live-player" ref={box} />;
}

function OwnPlayer({ decks, isMuted }: Pick<Props, 'decks' | 'isMuted'>) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    decks.own.attach(video.current);
    return () => decks.own.attach(null);
  }, [decks]);
  return <video ref={video} muted={isMuted} playsInline data-testid="own-player" />;
}

/** The state in a sentence; null while there is a picture to look at. Pure. */
export function sentenceOf(
  deck: DeckShown,
  lane: LaneName,
  player: PlayerState | null,
  words: FootageWords,
): string | null {
  switch (deck.phase) {
    case 'idle':
      return words.idle;
    case 'starting':
      return words.starting[lane];
    case 'failed':
      return deck.trouble?.code === 'undecodable' ? words.undecodable : words.failed;
    case 'ended':
      return words.ended;
    case 'stalled':
      return lane === 'device' ? words.stalled : words.starting.own;
    case 'playing':
      if (lane === 'own' || player === null) return null;
      if (player.type === 'undecodable' || player.type === 'unsupported') return words.undecodable;
      if (player.type === 'retrying') return words.lost;
      return player.type === 'connecting' || player.type === 'waiting' ? words.starting.device : null;
  }
}

/** The picture, and what is to be said while there is none. */
export function Screen({ decks, lane, deviceId, isMuted, idle, onAgain }: Props) {
  const words = useWords(footageWords);
  const deviceShown = useStore(decks.device.shown);
  const ownShown = useStore(decks.own.shown);
  const deck = lane === 'device' ? deviceShown : ownShown;
  const [player, setPlayer] = useState<PlayerState | null>(null);
  const [isLate, setLate] = useState(false);
  const sentence = sentenceOf(deck, lane, player, words);
  const isBusy =
    deck.phase === 'starting' || deck.phase === 'stalled' || (deck.phase === 'playing' && sentence !== null);
  const canTry = deck.phase === 'failed' || deck.phase === 'ended';
  useEffect(() => {
    setLate(false);
    if (sentence === null) return undefined;
    const timer = window.setTimeout(() => setLate(true), LATE_MS);
    return () => window.clearTimeout(timer);
  }, [sentence]);
  const isShown = sentence !== null && (isLate || !isBusy);
  const trouble = deck.phase === 'failed' ? deck.trouble : null;
  const isKnown = trouble !== null && lane === 'device';

  return (
    <>
      <div class="screen" data-testid="footage-screen" data-phase={deck.phase} data-lane={lane}>
        <div class={lane === 'device' ? 'deck' : 'deck away'}>
          <StreamPlayer decks={decks} isMuted={isMuted} onState={setPlayer} />
        </div>
        <div class={lane === 'own' ? 'deck' : 'deck away'}>
          <OwnPlayer decks={decks} isMuted={isMuted} />
        </div>
        <div class={isShown ? 'message' : 'message quiet'} role="status" data-testid="message">
          {isBusy && <span class="spinner" aria-hidden="true" />}
          <p>{deck.phase === 'idle' ? idle.sentence : sentence}</p>
          {deck.phase === 'idle' && idle.hint !== '' && <p class="detail">{idle.hint}</p>}
          {canTry && (
            <button type="button" onClick={onAgain}>
              {words.again}
            </button>
          )}
        </div>
      </div>
      {isKnown && (
        <TroublePanel
          trouble={{ ...trouble, isUnderWay: false }}
          deviceId={deviceId}
          closing={player !== null && 'closing' in player ? player.closing : ''}
        />
      )}
    </>
  );
}
