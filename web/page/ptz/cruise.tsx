import { useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { ptzWords } from '../words/ptz.ts';
import { useAnswer } from './answer.ts';
import { type Control, control, listCruises, type Preset, readCruise, type Where } from './api.ts';
import type { Deed } from './deeds.ts';
import { NumberField, numberIn, PresetField, Untold } from './fields.tsx';

interface Props {
  where: Where;
  presets: readonly Preset[];
  run: (deed: Deed) => Promise<boolean>;
}

type Action = Extract<Control, { command: 'cruise' }>['action'];

/** What 12 bits hold (GB/T 28181 annex A.3.5). */
const MAX_VALUE = 4095;

/** A round of presets: started, stopped, put together. Cameras before 2022 do not tell what is in it. */
export function CruiseForm({ where, presets, run }: Props) {
  const words = useWords(ptzWords);
  const [group, setGroup] = useState('1');
  const [preset, setPreset] = useState('1');
  const [dwell, setDwell] = useState('');
  const [speed, setSpeed] = useState('');
  const cruises = useAnswer((force) => listCruises(where, force));
  const number = numberIn(group, 0, 255);

  async function say(action: Action, more: { preset?: number; value?: number } = {}): Promise<void> {
    if (number === null) return;
    const isDone = await run((force) => control(where, { command: 'cruise', group: number, action, ...more }, force));
    if (isDone && action !== 'start' && action !== 'stop') cruises.askAgain();
  }

  const isTold = number !== null && (cruises.value ?? []).some((one) => one.number === number);
  return (
    <>
      <p class="hint">{words.cruise.hint}</p>
      <Untold answer={cruises} />
      <div class="ptz-row">
        <NumberField label={words.group} value={group} min={0} max={255} testId="cruise-group" onChange={setGroup} />
        <button type="button" data-testid="cruise-start" disabled={number === null} onClick={() => say('start')}>
          <Icon name="play" />
          <span>{words.start}</span>
        </button>
        <button type="button" data-testid="cruise-stop" disabled={number === null} onClick={() => say('stop')}>
          <Icon name="stop" />
          <span>{words.stop}</span>
        </button>
      </div>
      {(cruises.value ?? []).length > 0 && (
        <ul class="ptz-chips">
          {(cruises.value ?? []).map((one) => (
            <li key={one.number}>
              <button
                type="button"
                aria-pressed={one.number === number}
                data-testid="cruise-known"
                onClick={() => setGroup(String(one.number))}
              >
                {one.name === '' ? one.number : `${one.number} · ${one.name}`}
              </button>
            </li>
          ))}
        </ul>
      )}
      {isTold && number !== null && (
        <Points
          key={number}
          where={where}
          number={number}
          presets={presets}
          round={cruises.value}
          onRemove={(point) => void say('delete', { preset: point })}
        />
      )}
      <div class="ptz-row">
        <PresetField presets={presets} value={preset} testId="cruise-preset" onChange={setPreset} />
        <button
          type="button"
          data-testid="cruise-add"
          onClick={() => {
            const point = numberIn(preset, 1, 255);
            if (point !== null) void say('add', { preset: point });
          }}
        >
          {words.cruise.addPoint}
        </button>
      </div>
      <div class="ptz-row">
        <Value label={words.cruise.dwell} text={dwell} name="dwell" onText={setDwell} onSet={say} />
        <Value label={words.cruise.speed} text={speed} name="speed" onText={setSpeed} onSet={say} />
      </div>
      <ConfirmButton
        label={words.cruise.removeAll}
        really={words.really}
        testId="cruise-delete"
        onConfirm={() => void say('delete')}
      >
        {words.cruise.removeAll}
      </ConfirmButton>
    </>
  );
}

interface ValueProps {
  label: string;
  text: string;
  name: 'dwell' | 'speed';
  onText: (text: string) => void;
  onSet: (action: 'dwell' | 'speed', more: { value: number }) => Promise<void>;
}

function Value({ label, text, name, onText, onSet }: ValueProps) {
  const words = useWords(ptzWords);
  const value = numberIn(text, 0, MAX_VALUE);
  return (
    <span class="ptz-joined">
      <NumberField label={label} value={text} min={0} max={MAX_VALUE} testId={`cruise-${name}`} onChange={onText} />
      <button
        type="button"
        aria-label={`${label}: ${words.cruise.set}`}
        data-testid={`cruise-${name}-set`}
        disabled={value === null}
        onClick={() => value !== null && void onSet(name, { value })}
      >
        {words.cruise.set}
      </button>
    </span>
  );
}

interface PointsProps {
  where: Where;
  number: number;
  presets: readonly Preset[];
  /** Asked again when this is another one. */
  round: unknown;
  onRemove: (preset: number) => void;
}

function Points({ where, number, presets, round, onRemove }: PointsProps) {
  const words = useWords(ptzWords);
  const track = useAnswer((force) => readCruise(where, number, force), round);
  const points = track.value?.points ?? [];
  const nameOf = (preset: number) =>
    presets.find((one) => one.number === preset)?.name || words.presets.unnamed(preset);
  return (
    <>
      <Untold answer={track} />
      {track.value !== null && points.length === 0 && <p class="hint">{words.cruise.noPoints}</p>}
      <ol class="ptz-points" aria-label={words.cruise.points} data-testid="cruise-points">
        {points.map(({ preset, staySeconds }, i) => (
          <li key={`${i} ${preset}`}>
            <span>{nameOf(preset)}</span>
            <small>{staySeconds === null ? '' : words.cruise.stay(staySeconds)}</small>
            <button
              type="button"
              class="plain"
              aria-label={words.cruise.removePoint(preset)}
              title={words.cruise.removePoint(preset)}
              onClick={() => onRemove(preset)}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}
