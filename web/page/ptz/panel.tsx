import type { RefObject } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { GbPlayer } from '../../player/state.ts';
import { mayControl } from '../access.ts';
import { ApiFault, type Channel } from '../api.ts';
import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { useStore } from '../store.ts';
import { ptzWords } from '../words/ptz.ts';
import { control, drive, stop } from './api.ts';
import { blockedBy, mayBeTried } from './blocked.ts';
import { codeOf, noteRefusal, sentenceOf, useDeeds } from './deeds.ts';
import { steeringSpeed } from './kept.ts';
import { useSteeringKeys } from './keys-hook.ts';
import { Lens } from './lens.tsx';
import { Lists } from './lists.tsx';
import { PictureHands } from './picture-hands.tsx';
import { Steering } from './steering.ts';
import { Stick } from './stick.tsx';

import './ptz.css';

interface Props {
  channel: Channel;
  isOnline: boolean;
  screen: RefObject<HTMLElement | null>;
  player: RefObject<GbPlayer | null>;
  /** Whose camera it is, where that is not said above the panel. */
  name?: string;
  /** Keys and picture are somebody else's meanwhile: another cell of the wall has the focus. */
  isElsewhere?: boolean;
  onClose: () => void;
}

/** The camera was certainly not told to move: who may not, what is not there, what it cannot do. */
const HARMLESS: readonly number[] = [400, 401, 403, 404, 501];

/** Steers one channel: hands on the stick, the keys and the picture, presets and what else a camera does. Made anew for each channel (`key`). */
export function PtzPanel({ channel, isOnline, screen, player, name, isElsewhere = false, onClose }: Props) {
  const words = useWords(ptzWords);
  const { deviceId, id: channelId } = channel;
  const where = useMemo(() => ({ deviceId, channelId }), [deviceId, channelId]);
  const steering = useMemo(
    () =>
      new Steering({
        drive: (motion, timeoutMs) => drive(where, motion, timeoutMs),
        stop: () => stop(where),
        nowMs: () => performance.now(),
        after: (ms, action) => {
          const timer = window.setTimeout(action, ms);
          return () => window.clearTimeout(timer);
        },
        isHarmless: (fault) => fault instanceof ApiFault && HARMLESS.includes(fault.status),
      }),
    [where],
  );
  const speed = useStore(steeringSpeed);
  const { fault: steeringFault } = useStore(steering.state);
  const deeds = useDeeds();
  const [isTried, setTried] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const [isTracking, setTracking] = useState(false);
  const blocked = blockedBy({
    mayControl: useStore(mayControl),
    isOnline,
    ptzType: channel.ptzType,
    isRefused,
    isTried,
  });
  const isFree = blocked === null;
  const hasHands = isFree && !isElsewhere;

  useEffect(() => {
    noteRefusal(steeringFault);
    if (codeOf(steeringFault) === 'not_supported') setRefused(true);
  }, [steeringFault]);
  useEffect(() => {
    if (!hasHands) steering.letAllGo();
  }, [hasHands, steering]);
  useEffect(() => {
    const letAllGo = () => steering.letAllGo();
    const hidden = () => {
      if (document.visibilityState === 'hidden') letAllGo();
    };
    window.addEventListener('blur', letAllGo);
    window.addEventListener('pagehide', letAllGo);
    document.addEventListener('visibilitychange', hidden);
    return () => {
      window.removeEventListener('blur', letAllGo);
      window.removeEventListener('pagehide', letAllGo);
      document.removeEventListener('visibilitychange', hidden);
      steering.close();
    };
  }, [steering]);
  useSteeringKeys(steering, speed, hasHands, words);

  const wrong = deeds.fault ?? steeringFault;
  return (
    // its buttons keep the focus in it also where a click does not give it to buttons (Safari)
    <section class="ptz" data-testid="ptz" aria-label={words.title} tabIndex={-1}>
      <div class="ptz-head">
        <h2>
          {words.title}
          {name !== undefined && <small data-testid="ptz-name">{name}</small>}
        </h2>
        <button
          type="button"
          class="plain"
          aria-label={words.close}
          title={words.close}
          data-testid="ptz-close"
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </div>
      {blocked !== null && (
        <p class="ptz-blocked" role="status" data-testid="ptz-blocked">
          {words.blocked[blocked]}
          {mayBeTried(blocked) && (
            <button
              type="button"
              data-testid="ptz-try"
              onClick={() => {
                setTried(true);
                setRefused(false);
              }}
            >
              {words.tryAnyway}
            </button>
          )}
        </p>
      )}
      <fieldset disabled={!isFree} aria-label={words.title}>
        <div class="ptz-motion">
          <Stick steering={steering} speed={speed} isBlocked={!isFree} />
          <Lens steering={steering} />
        </div>
        {isFree && wrong !== null && (
          <p class="fault" role="alert" data-testid="ptz-fault">
            {sentenceOf(wrong, words)}
            {deeds.tryAnyway !== null && (
              <button type="button" data-testid="deed-anyway" onClick={deeds.tryAnyway}>
                {words.tryAnyway}
              </button>
            )}
          </p>
        )}
        {isFree && (
          <p class="hint ptz-hint">
            {isElsewhere ? (
              <span>{words.elsewhereHint}</span>
            ) : (
              <>
                <span class="for-keys">{words.keysHint}</span>
                <span>{words.pictureHint}</span>
              </>
            )}
          </p>
        )}
        {(isFree || blocked === 'look-only') && (
          <Lists where={where} steering={steering} run={deeds.run} isTracking={isTracking} onTracking={setTracking} />
        )}
      </fieldset>
      {hasHands && (
        <PictureHands
          screen={screen}
          player={player}
          steering={steering}
          speed={speed}
          isTracking={isTracking}
          onBox={(way, box) => {
            setTracking(false);
            void deeds.run((force) =>
              control(
                where,
                way === 'track'
                  ? { command: 'target-track', mode: 'manual', box }
                  : { command: way === 'in' ? 'drag-zoom-in' : 'drag-zoom-out', ...box },
                force,
              ),
            );
          }}
        />
      )}
    </section>
  );
}
