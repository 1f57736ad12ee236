import { useMemo, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { faultOf, useLoaded } from '../devices/loaded.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { useStore } from '../store.ts';
import { planWords } from '../words/plan.ts';
import { type Plan, planOf, putPlan, readPlan } from './api.ts';
import { CronLines } from './cron-lines.tsx';
import { WeekGrid } from './grid.tsx';
import { PlanStatus } from './status.tsx';
import { cellAt, hoursOf, NO_WEEK, painted, rangesOf, type Week, weekOf } from './week.ts';

import './plan.css';

/** What comes of the plan changes by itself. */
const LOOK_MS = 5_000;
const MODES = ['off', 'always', 'schedule', 'alarm'] as const;

const day = (n: number, half: number) => ({ day: n, half });
/** Weeks that people often want. */
const FILLS: Readonly<Record<'office' | 'night' | 'all' | 'none', Week>> = {
  office: painted(NO_WEEK, day(0, 16), day(4, 35), true),
  night: painted(painted(NO_WEEK, day(0, 0), day(6, 11), true), day(0, 40), day(6, 47), true),
  all: painted(NO_WEEK, day(0, 0), day(6, 47), true),
  none: NO_WEEK,
};

/** When a channel is recorded, and what comes of that now. */
export function PlanEditor({ deviceId, channelId }: { deviceId: string; channelId: string }) {
  const words = useWords(planWords);
  const locale = localeOf(useLanguage());
  const may = useStore(mayControl);
  const key = `${deviceId}/${channelId}`;
  const { value: now, fault, again } = useLoaded(`plan ${key}`, () => readPlan(deviceId, channelId), LOOK_MS);
  /** What was changed and not saved. */
  const [draft, setDraft] = useState<Plan | null>(null);
  const [said, setSaid] = useState<{ isFault: boolean; text: string } | null>(null);
  const plan = draft ?? now;
  const week = useMemo(() => weekOf(plan?.weekly ?? []), [plan?.weekly]);

  if (plan === null || now === null) {
    return fault === null ? (
      <p class="hint late">{words.loading}</p>
    ) : (
      <p class="fault" role="alert">
        {fault || words.unreachable}
      </p>
    );
  }
  const put = (more: Partial<Plan>) => {
    setSaid(null);
    setDraft({ ...planOf(plan), ...more });
  };
  const paint = (next: Week) => put({ weekly: rangesOf(next) });
  const isTimed = plan.mode === 'schedule' || plan.mode === 'alarm';
  const hasTimes = plan.weekly.length + plan.cron.length > 0;
  const save = async () => {
    try {
      await putPlan(deviceId, channelId, planOf(plan));
      setDraft(null);
      setSaid({ isFault: false, text: words.saved });
      again();
    } catch (error) {
      setSaid({ isFault: true, text: faultOf(error) || words.unreachable });
    }
  };
  const number = (
    field: 'preRollSeconds' | 'postRollSeconds' | 'keepDays',
    label: string,
    unit: string,
    max: number,
  ) => (
    <label class="plan-number">
      <span>{label}</span>
      <span class="with-unit">
        <input
          type="number"
          name={field}
          min={field === 'preRollSeconds' ? 0 : 1}
          max={max}
          placeholder={words.asSet}
          disabled={!may}
          value={plan[field] ?? ''}
          onInput={({ currentTarget: { value } }) => put({ [field]: value === '' ? null : Math.round(Number(value)) })}
        />
        <small>{unit}</small>
      </span>
    </label>
  );

  return (
    <form
      class="plan"
      data-testid="plan"
      aria-label={words.title}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="plan-head">
        <h3>{words.title}</h3>
        <PlanStatus plan={now} />
      </div>
      <fieldset class="modes" disabled={!may}>
        <legend>{words.mode}</legend>
        {MODES.map((mode) => (
          <label key={mode} class={plan.mode === mode ? 'chosen' : ''}>
            <input
              type="radio"
              name={`mode-${key}`}
              data-testid={`mode-${mode}`}
              value={mode}
              checked={plan.mode === mode}
              onChange={() => put({ mode })}
            />
            {words.modes[mode]}
          </label>
        ))}
      </fieldset>
      <p class="hint">{may ? words.modeHints[plan.mode] : words.lookOnly}</p>
      {isTimed && (
        <div class="plan-times">
          <div class="fills">
            <span class="sums" data-testid="plan-hours">
              {hasTimes || !isTimed
                ? words.hours(hoursOf(week).toLocaleString(locale, { maximumFractionDigits: 2 }))
                : words.noHours[plan.mode === 'alarm' ? 'alarm' : 'schedule']}
            </span>
            {(Object.keys(FILLS) as (keyof typeof FILLS)[]).map((fill) => (
              <button
                key={fill}
                type="button"
                class="fill"
                data-testid={`fill-${fill}`}
                aria-label={`${words.fill}: ${words.fills[fill]}`}
                disabled={!may}
                onClick={() => paint(FILLS[fill])}
              >
                {words.fills[fill]}
              </button>
            ))}
          </div>
          <WeekGrid week={week} now={cellAt(Date.now(), now.timeZone)} disabled={!may} onChange={paint} />
          <p class="hint">
            {words.howTo} {words.zone(now.timeZone)}
          </p>
          <CronLines lines={plan.cron} disabled={!may} onChange={(cron) => put({ cron })} />
        </div>
      )}
      {plan.mode !== 'off' && (
        <div class="plan-numbers">
          <label class="plan-number">
            <span>{words.stream}</span>
            <select
              name="streamNumber"
              disabled={!may}
              value={String(plan.streamNumber)}
              onChange={(event) => put({ streamNumber: Number(event.currentTarget.value) })}
            >
              {words.streams.map((stream, i) => (
                <option key={stream} value={String(i)}>
                  {stream}
                </option>
              ))}
            </select>
          </label>
          {plan.mode === 'alarm' && number('preRollSeconds', words.preRoll, words.seconds, 60)}
          {plan.mode === 'alarm' && number('postRollSeconds', words.postRoll, words.seconds, 86_400)}
          {number('keepDays', words.keepDays, words.daysUnit, 36_500)}
        </div>
      )}
      <div class="deeds">
        <button
          type="submit"
          class="primary"
          data-testid="save-plan"
          disabled={!may || draft === null || (plan.mode === 'schedule' && !hasTimes)}
        >
          {words.save}
        </button>
        {draft !== null && (
          <button
            type="button"
            data-testid="discard-plan"
            onClick={() => {
              setDraft(null);
              setSaid(null);
            }}
          >
            {words.discard}
          </button>
        )}
        <span role="status" class={said?.isFault ? 'fault' : 'hint'} data-testid="plan-said">
          {said?.text ?? (draft === null ? '' : words.unsaved)}
        </span>
      </div>
    </form>
  );
}
