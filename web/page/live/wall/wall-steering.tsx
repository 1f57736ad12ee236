import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { GbPlayer } from '../../../player/state.ts';
import type { Channel } from '../../api.ts';
import { useShortcuts } from '../../keys/keys.ts';
import { useWords } from '../../language.ts';
import { Icon } from '../../parts/icon.tsx';
import { PtzPanel } from '../../ptz/panel.tsx';
import { ptzWords } from '../../words/ptz.ts';

import './wall-steering.css';

interface Props {
  /** Undefined: the chosen cell is empty, or its channel is not known. */
  channel: Channel | undefined;
  isOnline: boolean;
  /** The element of the chosen cell. */
  cellElement: () => HTMLElement | null;
  onClose: () => void;
}

/**
 * Steers the chosen cell of the wall, beside it. The focus decides: while it is in the cell or in the panel keys and picture are the camera's; when it goes away
 * whatever moves stops. Made anew for each cell (`key`).
 */
export function WallSteering({ channel, isOnline, cellElement, onClose }: Props) {
  const words = useWords(ptzWords);
  const box = useRef<HTMLDivElement>(null);
  const [isHere, setHere] = useState(false);
  const find = useRef(cellElement);
  find.current = cellElement;

  useLayoutEffect(() => {
    const isWithin = (one: EventTarget | null) =>
      one instanceof Node && [box.current, find.current()].some((held) => held?.contains(one) === true);
    const look = () => setHere(isWithin(document.activeElement));
    // also when the window loses it
    const left = (event: FocusEvent) => setHere(isWithin(event.relatedTarget));
    look();
    document.addEventListener('focusin', look);
    document.addEventListener('focusout', left);
    return () => {
      document.removeEventListener('focusin', look);
      document.removeEventListener('focusout', left);
    };
  }, []);

  const [screen, player] = useMemo(
    () => [
      {
        get current() {
          return find.current();
        },
      },
      {
        get current() {
          return find.current()?.querySelector<GbPlayer & HTMLElement>('gb-player') ?? null;
        },
      },
    ],
    [],
  );
  // by Tab alone it is far: every cell has buttons
  useShortcuts(words.title, [
    { key: 'p', words: words.toPanel, run: () => box.current?.querySelector<HTMLElement>('.ptz')?.focus() },
  ]);
  return (
    <div class="wall-steering" ref={box}>
      {channel === undefined ? (
        <section class="ptz" aria-label={words.title} tabIndex={-1}>
          <div class="ptz-head">
            <h2>{words.title}</h2>
            <button type="button" class="plain" aria-label={words.close} title={words.close} onClick={onClose}>
              <Icon name="close" />
            </button>
          </div>
          <p class="hint">{words.noCell}</p>
        </section>
      ) : (
        <PtzPanel
          channel={channel}
          isOnline={isOnline}
          screen={screen}
          player={player}
          name={channel.name || channel.id}
          isElsewhere={!isHere}
          onClose={onClose}
        />
      )}
    </div>
  );
}
