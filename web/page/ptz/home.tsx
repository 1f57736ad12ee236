import { useEffect, useRef, useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { ptzWords } from '../words/ptz.ts';
import { useAnswer } from './answer.ts';
import { control, type Preset, readHome, type Where } from './api.ts';
import type { Deed } from './deeds.ts';
import { NumberField, numberIn, PresetField, Untold } from './fields.tsx';

interface Props {
  where: Where;
  presets: readonly Preset[];
  run: (deed: Deed) => Promise<boolean>;
}

const LONGEST_SECONDS = 86_400;

/** Where the camera goes back to when it is left alone. */
export function HomeForm({ where, presets, run }: Props) {
  const words = useWords(ptzWords);
  const home = useAnswer((force) => readHome(where, force));
  const [isOn, setOn] = useState(false);
  const [preset, setPreset] = useState('1');
  const [wait, setWait] = useState('60');

  // what somebody has begun to write is not written over by an answer that is late
  const isWritten = useRef(false);

  useEffect(() => {
    if (home.value === null || isWritten.current) return;
    const { enabled, preset: told, resetSeconds } = home.value;
    setOn(enabled === true);
    if (told !== null) setPreset(String(told));
    if (resetSeconds !== null) setWait(String(resetSeconds));
  }, [home.value]);

  const resetSeconds = numberIn(wait, 0, LONGEST_SECONDS);
  const number = numberIn(preset, 0, 255);
  const isWhole = !isOn || (resetSeconds !== null && number !== null);
  return (
    <form
      class="ptz-body"
      onInput={() => {
        isWritten.current = true;
      }}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isWhole) return;
        const place = {
          ...(number === null ? {} : { preset: number }),
          ...(resetSeconds === null ? {} : { resetSeconds }),
        };
        void run((force) => control(where, { command: 'home-position', enabled: isOn, ...place }, force)).then(
          (isDone) => {
            if (!isDone) return;
            isWritten.current = false;
            home.askAgain();
          },
        );
      }}
    >
      <p class="hint">{words.home.hint}</p>
      <Untold answer={home} />
      <label class="ptz-check">
        <input
          type="checkbox"
          checked={isOn}
          data-testid="home-enabled"
          onChange={(event) => setOn(event.currentTarget.checked)}
        />
        <span>{words.home.enabled}</span>
      </label>
      <div class="ptz-row">
        <PresetField presets={presets} value={preset} testId="home-preset" onChange={setPreset} />
        <NumberField
          label={words.home.seconds}
          value={wait}
          min={0}
          max={LONGEST_SECONDS}
          testId="home-seconds"
          onChange={setWait}
        />
        <button type="submit" data-testid="home-save" disabled={!isWhole}>
          {words.save}
        </button>
      </div>
    </form>
  );
}
