import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { useStore } from '../store.ts';
import { ptzWords } from '../words/ptz.ts';
import { HoldButton } from './hold-button.tsx';
import { SLOWEST, steeringSpeed } from './kept.ts';
import type { Steering } from './steering.ts';

import './hands.css';

/** Zoom, focus and iris, each while its button is held; how fast; and the stop for everything. */
export function Lens({ steering }: { steering: Steering }) {
  const words = useWords(ptzWords);
  const speed = useStore(steeringSpeed);
  const rows = [
    ['zoom', words.zoom, words.zoomOut, words.zoomIn],
    ['focus', words.focus, words.focusFar, words.focusNear],
    ['iris', words.iris, words.irisClose, words.irisOpen],
  ] as const;
  return (
    <div class="ptz-lens">
      {rows.map(([axis, name, less, more]) => (
        <div key={axis} class="ptz-pair">
          <HoldButton steering={steering} source={`${axis}-less`} drive={{ [axis]: -speed }} label={less}>
            <Icon name="less" />
          </HoldButton>
          <span aria-hidden="true">{name}</span>
          <HoldButton steering={steering} source={`${axis}-more`} drive={{ [axis]: speed }} label={more}>
            <Icon name="add" />
          </HoldButton>
        </div>
      ))}
      <button
        type="button"
        class="ptz-stop"
        title={words.stopHint}
        data-testid="ptz-stop"
        onClick={() => steering.stop()}
      >
        <Icon name="stop" />
        <span>{words.stop}</span>
      </button>
      <label class="ptz-speed">
        <span>{words.speed}</span>
        <input
          type="range"
          min={SLOWEST}
          max="1"
          step="0.05"
          value={speed}
          data-testid="ptz-speed"
          aria-valuetext={words.percent(Math.round(speed * 100))}
          onInput={(event) => steeringSpeed.set(Number(event.currentTarget.value))}
        />
        <output>{words.percent(Math.round(speed * 100))}</output>
      </label>
    </div>
  );
}
