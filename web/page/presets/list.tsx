import { useEffect, useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import type { Answer } from '../ptz/answer.ts';
import { deletePreset, gotoPreset, type Preset, renamePreset, setPreset, type Where } from '../ptz/api.ts';
import type { Deed } from '../ptz/deeds.ts';
import { isStill } from '../ptz/drive.ts';
import { NumberField, numberIn, Untold } from '../ptz/fields.tsx';
import type { Steering } from '../ptz/steering.ts';
import { useStore } from '../store.ts';
import { ptzWords } from '../words/ptz.ts';
import { PresetRow } from './row.tsx';

import './presets.css';

/** A name of the standard has so many characters at most. */
const MAX_NAME = 32;
/** More than these are searched, not looked through. */
const MANY = 10;

interface Props {
  where: Where;
  steering: Steering;
  presets: Answer<readonly Preset[]>;
  run: (deed: Deed) => Promise<boolean>;
}

/** Where the camera can be sent by name, and how a view gets one. */
export function PresetList({ where, steering, presets, run }: Props) {
  const words = useWords(ptzWords);
  const { drive } = useStore(steering.state);
  const [at, setAt] = useState<number | null>(null);
  const [search, setSearch] = useState('');
  const [number, setNumber] = useState('');
  const [name, setName] = useState('');
  const known = presets.value ?? [];
  const free = String(firstFree(known));
  const wanted = numberIn(number === '' ? free : number, 1, 255);
  const isMoved = !isStill(drive);
  useEffect(() => {
    if (isMoved) setAt(null);
  }, [isMoved]);

  async function change(deed: () => Promise<void>): Promise<boolean> {
    const isDone = await run(deed);
    if (isDone) presets.askAgain();
    return isDone;
  }

  async function add(): Promise<void> {
    if (wanted === null || !(await change(() => setPreset(where, wanted, name.trim())))) return;
    setNumber('');
    setName('');
    setAt(wanted);
  }

  const found = known.filter((one) => `${one.number} ${one.name}`.toLowerCase().includes(search.trim().toLowerCase()));
  return (
    <div class="presets" data-testid="presets">
      <h3>{words.presets.title}</h3>
      <Untold answer={presets} />
      {presets.value !== null && known.length === 0 && <p class="hint">{words.presets.none}</p>}
      {known.length > MANY && (
        <input
          type="search"
          value={search}
          placeholder={words.presets.find}
          aria-label={words.presets.find}
          data-testid="preset-search"
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {known.length > MANY && found.length === 0 && <p class="hint">{words.presets.noMatch}</p>}
      {found.length > 0 && (
        <ul class="preset-list">
          {found.map((one) => (
            <PresetRow
              key={one.number}
              preset={one}
              isHere={one.number === at}
              maxName={MAX_NAME}
              onGo={() => void run(() => gotoPreset(where, one.number)).then((isDone) => isDone && setAt(one.number))}
              onRename={(next) => change(() => renamePreset(where, one.number, next))}
              onOverwrite={() =>
                void change(() => setPreset(where, one.number, one.name)).then(() => setAt(one.number))
              }
              onDelete={() => void change(() => deletePreset(where, one.number))}
            />
          ))}
        </ul>
      )}
      <form
        class="ptz-row preset-new"
        title={words.presets.addHint}
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <NumberField
          label={words.number}
          value={number}
          min={1}
          max={255}
          placeholder={free}
          testId="preset-number"
          onChange={setNumber}
        />
        <label class="ptz-field grow">
          <span>{words.presets.name}</span>
          <input
            type="text"
            maxLength={MAX_NAME}
            value={name}
            autocomplete="off"
            data-testid="preset-name"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <button type="submit" data-testid="preset-add" disabled={wanted === null}>
          {words.presets.add}
        </button>
      </form>
    </div>
  );
}

/** The lowest number that no preset has; 255 when all are taken. */
function firstFree(presets: readonly Preset[]): number {
  const taken = new Set(presets.map(({ number }) => number));
  for (let number = 1; number < 255; number += 1) if (!taken.has(number)) return number;
  return 255;
}
