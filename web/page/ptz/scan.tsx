import { useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { ptzWords } from '../words/ptz.ts';
import { type Control, control, type Where } from './api.ts';
import type { Deed } from './deeds.ts';
import { NumberField, numberIn } from './fields.tsx';

interface Props {
  where: Where;
  run: (deed: Deed) => Promise<boolean>;
}

type Action = Extract<Control, { command: 'scan' }>['action'];

/** What 12 bits hold (GB/T 28181 annex A.3.6). */
const MAX_SPEED = 4095;

/** To and fro between two limits. */
export function ScanForm({ where, run }: Props) {
  const words = useWords(ptzWords);
  const [group, setGroup] = useState('1');
  const [speed, setSpeed] = useState('');
  const number = numberIn(group, 0, 255);
  const pace = numberIn(speed, 0, MAX_SPEED);

  function say(action: Action, value?: number): void {
    if (number === null) return;
    const more = value === undefined ? {} : { value };
    void run((force) => control(where, { command: 'scan', group: number, action, ...more }, force));
  }

  const button = (action: Action, said: string) => (
    <button type="button" data-testid={`scan-${action}`} disabled={number === null} onClick={() => say(action)}>
      {action === 'start' && <Icon name="play" />}
      {action === 'stop' && <Icon name="stop" />}
      <span>{said}</span>
    </button>
  );
  return (
    <>
      <p class="hint">{words.scan.hint}</p>
      <div class="ptz-row">
        <NumberField label={words.group} value={group} min={0} max={255} testId="scan-group" onChange={setGroup} />
        {button('start', words.start)}
        {button('stop', words.stop)}
      </div>
      <div class="ptz-row ptz-evenly">
        {button('left', words.scan.left)}
        {button('right', words.scan.right)}
      </div>
      <div class="ptz-row">
        <NumberField
          label={words.scan.speed}
          value={speed}
          min={0}
          max={MAX_SPEED}
          testId="scan-speed"
          onChange={setSpeed}
        />
        <button
          type="button"
          data-testid="scan-speed-set"
          disabled={pace === null}
          onClick={() => pace !== null && say('speed', pace)}
        >
          {words.cruise.set}
        </button>
      </div>
    </>
  );
}
