import { useRef, useState } from 'preact/hooks';
import type { GbPlayer, PlayerState } from '../../../player/state.ts';
import { mayControl } from '../../access.ts';
import type { Channel } from '../../api.ts';
import { useWords } from '../../language.ts';
import { refused } from '../../model.ts';
import { Icon } from '../../parts/icon.tsx';
import { LongName } from '../../parts/long-name.tsx';
import { blockedBy } from '../../ptz/blocked.ts';
import { hrefOf } from '../../route.ts';
import { useStore } from '../../store.ts';
import { liveWords } from '../../words/live.ts';
import { ptzWords } from '../../words/ptz.ts';
import { useCountdown } from '../countdown.ts';
import { LivePlayer } from '../live-player.tsx';
import { isBusy, messageOf } from '../message.ts';
import { useStreamChoice } from './stream-choice.ts';
import type { Cell } from './wall-address.ts';

interface Props {
  cell: Cell;
  /** Undefined when the gateway knows no such channel. */
  channel: Channel | undefined;
  isOnline: boolean;
  /** Pixels of the screen, for the choice of the stream. */
  widthPx: number;
  isLoud: boolean;
  isBig: boolean;
  isSteered: boolean;
  onSteer: (isSteered: boolean) => void;
  onSound: () => void;
  onStream: (stream: number) => void;
  onEnlarge: () => void;
  onRemove: () => void;
}

/** One camera on the wall: its picture, its name, its state in words. The wall around it has the keys. */
export function CellPlayer(props: Props) {
  const { cell, channel, isOnline, isLoud, isBig, isSteered } = props;
  const words = useWords(liveWords);
  const { title: steer } = useWords(ptzWords);
  const isAllowed = useStore(mayControl);
  const facts = { mayControl: isAllowed, isOnline, ptzType: channel?.ptzType, isRefused: false, isTried: false };
  const canSteer = channel !== undefined && blockedBy(facts) === null;
  const [state, setState] = useState<PlayerState>({ type: 'connecting' });
  const player = useRef<GbPlayer | null>(null);
  const [streamNumber, follow] = useStreamChoice(cell, props.widthPx);
  const left = useCountdown(state);
  const message = messageOf(state, words, left);
  const name = channel?.name || cell.channelId;
  const stage = hrefOf(
    'live',
    [cell.deviceId, cell.channelId],
    new URLSearchParams(streamNumber === 0 ? {} : { stream: String(streamNumber) }),
  );
  return (
    <>
      <LivePlayer
        source={{ deviceId: cell.deviceId, channelId: cell.channelId, streamNumber }}
        isOnline={isOnline}
        isMuted={!isLoud}
        onElement={(element) => {
          player.current = element;
        }}
        onState={(next) => {
          setState(next);
          follow(next);
          if (next.type === 'closed' && next.closing === 'unauthorized') refused();
        }}
      />
      {message !== null && (
        <div class="cell-message" role="status" data-testid="cell-message">
          {isBusy(state) && state.type !== 'retrying' && <span class="spinner" aria-hidden="true" />}
          <p>{message}</p>
          {(state.type === 'closed' || state.type === 'blocked') && (
            <button type="button" onClick={() => player.current?.play()}>
              {words.again}
            </button>
          )}
        </div>
      )}
      <div class="cell-bar">
        <span class="cell-name" title={cell.channelId}>
          <LongName name={name} />
        </span>
        <button
          type="button"
          class="cell-stream"
          data-testid="cell-stream"
          data-stream={streamNumber}
          title={streamNumber === 0 ? words.switchToSub : words.switchToMain}
          onClick={() => props.onStream(streamNumber === 0 ? 1 : 0)}
        >
          {streamNumber === 0 ? words.mainStream : words.subStream}
        </button>
        <span class="cell-buttons">
          <button
            type="button"
            aria-pressed={isLoud}
            aria-label={`${isLoud ? words.soundOff : words.soundOn}: ${name}`}
            title={isLoud ? words.soundOff : words.soundOn}
            onClick={props.onSound}
          >
            <Icon name={isLoud ? 'soundOn' : 'soundOff'} />
          </button>
          {(canSteer || isSteered) && (
            <button
              type="button"
              class="cell-steer"
              data-testid="cell-steer"
              aria-pressed={isSteered}
              aria-label={`${steer}: ${name}`}
              title={steer}
              onClick={(event) => {
                // what the cell does at a click has been done
                event.stopPropagation();
                props.onSteer(!isSteered);
              }}
            >
              <Icon name="steer" />
            </button>
          )}
          <a class="button" href={stage} aria-label={`${words.openStage}: ${name}`} title={words.openStage}>
            <Icon name="camera" />
          </a>
          <button
            type="button"
            data-testid="cell-enlarge"
            aria-pressed={isBig}
            aria-label={`${isBig ? words.shrink : words.enlarge}: ${name}`}
            title={isBig ? words.shrink : words.enlarge}
            onClick={props.onEnlarge}
          >
            <Icon name="expand" />
          </button>
          <button
            type="button"
            data-testid="cell-remove"
            aria-label={`${words.clearCell}: ${name}`}
            title={words.clearCell}
            onClick={props.onRemove}
          >
            <Icon name="close" />
          </button>
        </span>
      </div>
    </>
  );
}
