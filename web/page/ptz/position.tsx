import { useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { usePolling } from '../parts/polling.ts';
import { ptzWords } from '../words/ptz.ts';
import { control, type PtzPosition, readPosition, type Where } from './api.ts';
import { codeOf, type Deed } from './deeds.ts';
import { NumberField, numberIn } from './fields.tsx';

interface Props {
  where: Where;
  run: (deed: Deed) => Promise<boolean>;
}

/** It is a question to the camera each time. */
const EVERY_MS = 2_000;
/** What `ptz-precise` takes. */
const BOUNDS = { pan: [0, 360], tilt: [-30, 90], zoom: [1, 1000] } as const;

type Axis = keyof typeof BOUNDS;

const AXES = ['pan', 'tilt', 'zoom'] as const;

/** Where the camera looks in degrees, and where it is to look (2022). */
export function PositionForm({ where, run }: Props) {
  const words = useWords(ptzWords);
  const [now, setNow] = useState<PtzPosition | null>(null);
  const [isUntold, setUntold] = useState(false);
  const [wish, setWish] = useState<Readonly<Record<Axis, string>>>({ pan: '', tilt: '', zoom: '' });
  const [isForced, setForced] = useState(false);
  const askSoon = usePolling(async (signal) => {
    // what it has shown that it cannot is not asked for over and over
    if (isUntold && !isForced) return;
    setForced(false);
    try {
      const position = await readPosition(where, isForced);
      if (signal.aborted) return;
      setNow(position);
      setUntold(false);
    } catch (error) {
      if (!signal.aborted) setUntold(codeOf(error) === 'not_supported');
    }
  }, EVERY_MS);

  const wanted = Object.fromEntries(
    AXES.flatMap((axis) => {
      const value = numberIn(wish[axis], BOUNDS[axis][0], BOUNDS[axis][1]);
      return value === null ? [] : [[axis, value]];
    }),
  );
  const isWhole =
    Object.keys(wanted).length > 0 && AXES.every((axis) => wish[axis].trim() === '' || wanted[axis] !== undefined);
  const shown = (axis: Axis) => now?.[axis]?.toFixed(1);
  return (
    <form
      class="ptz-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole) void run((force) => control(where, { command: 'ptz-precise', ...wanted }, force)).then(askSoon);
      }}
    >
      {isUntold ? (
        <p class="hint ptz-untold">
          {words.notTold}
          <button
            type="button"
            class="plain"
            onClick={() => {
              setForced(true);
              askSoon();
            }}
          >
            {words.askAgain}
          </button>
        </p>
      ) : (
        <dl class="ptz-now" data-testid="position-now" aria-label={words.position.now}>
          {AXES.map((axis) => (
            <div key={axis}>
              <dt>{words.position[axis]}</dt>
              <dd>{shown(axis) ?? '–'}</dd>
            </div>
          ))}
        </dl>
      )}
      <div class="ptz-row ptz-axes">
        {AXES.map((axis) => (
          <NumberField
            key={axis}
            label={words.position[axis]}
            value={wish[axis]}
            min={BOUNDS[axis][0]}
            max={BOUNDS[axis][1]}
            step={0.1}
            placeholder={shown(axis)}
            testId={`position-${axis}`}
            onChange={(value) => setWish({ ...wish, [axis]: value })}
          />
        ))}
        <button type="submit" data-testid="position-go" disabled={!isWhole}>
          {words.position.go}
        </button>
      </div>
      <p class="hint">{words.position.hint}</p>
    </form>
  );
}
