import { useEffect, useRef, useState } from 'preact/hooks';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { footageWords } from '../words/footage.ts';
import { type FoundDay, findDays, ownDays, type Place } from './api.ts';
import { monthAfter, weeksOf } from './zone.ts';

import './calendar.css';

/** A device that has not said everything is asked again after this. */
const AGAIN_MS = 5_000;

interface Known {
  readonly month: string;
  readonly device: ReadonlyMap<string, FoundDay> | null;
  readonly own: ReadonlyMap<string, FoundDay>;
  readonly isComplete: boolean;
}

function byDate(days: readonly FoundDay[]): Map<string, FoundDay> {
  return new Map(days.map((day) => [day.date, day]));
}

/** The days of a month in both places; a place that cannot be asked has none. */
function useMonth(place: Place, month: string): Known | null {
  const { deviceId, channelId } = place;
  const [known, setKnown] = useState<Known | null>(null);
  useEffect(() => {
    let isWanted = true;
    let timer = 0;
    const here = { deviceId, channelId };
    const ask = async (): Promise<void> => {
      const [device, own] = await Promise.all([
        findDays(here, month).catch(() => null),
        ownDays(here, month).catch(() => null),
      ]);
      if (!isWanted) return;
      setKnown({
        month,
        device: device === null ? null : byDate(device.days),
        own: byDate(own?.days ?? []),
        isComplete: device?.complete ?? false,
      });
      if (device?.complete === false) timer = window.setTimeout(() => void ask(), AGAIN_MS);
    };
    void ask();
    return () => {
      isWanted = false;
      window.clearTimeout(timer);
    };
  }, [deviceId, channelId, month]);
  return known?.month === month ? known : null;
}

interface Props {
  place: Place;
  /** The date in the middle of the window. */
  shown: string;
  today: string;
  onDay: (date: string) => void;
  onClose: () => void;
}

/** A month: which days have footage in the recorder, and which in the gateway. */
export function Calendar({ place, shown, today, onDay, onClose }: Props) {
  const words = useWords(footageWords);
  const locale = localeOf(useLanguage());
  const [month, setMonth] = useState(shown.slice(0, 7));
  const known = useMonth(place, month);
  const box = useRef<HTMLDivElement>(null);
  const title = new Date(`${month}-01T00:00:00Z`).toLocaleDateString(locale, {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });

  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector<HTMLElement>('[aria-current="date"], .days button:not(:disabled)')?.focus();
    const outside = (event: Event) => {
      if (event.target instanceof Node && box.current?.parentElement?.contains(event.target) === false) onClose();
    };
    document.addEventListener('pointerdown', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
    };
  }, []);

  return (
    <div
      ref={box}
      class="calendar"
      role="dialog"
      aria-label={words.calendar}
      data-testid="calendar"
      data-complete={known?.isComplete ?? false}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
        // the keys of the view behind it are not meant
        event.stopPropagation();
      }}
    >
      <div class="calendar-head">
        <button
          type="button"
          class="plain"
          aria-label={words.monthBefore}
          onClick={() => setMonth(monthAfter(month, -1))}
        >
          <Icon name="back" />
        </button>
        <strong aria-live="polite">{title}</strong>
        <button
          type="button"
          class="plain"
          aria-label={words.monthAfter}
          disabled={month >= today.slice(0, 7)}
          onClick={() => setMonth(monthAfter(month, 1))}
        >
          <Icon name="next" />
        </button>
      </div>
      <div class="days">
        {words.weekdays.map((name) => (
          <span key={name} aria-hidden="true" class="weekday">
            {name}
          </span>
        ))}
        {weeksOf(month)
          .flat()
          .map((date, i) => {
            if (date === null) return <span key={`none-${i}`} />;
            const inDevice = known?.device?.get(date)?.hasFootage ?? (known === null ? null : false);
            const inOwn = known?.own.get(date)?.hasFootage === true;
            return (
              <button
                key={date}
                type="button"
                class={`day${inDevice === true ? ' device' : ''}${inOwn ? ' own' : ''}`}
                data-date={date}
                data-device={String(inDevice)}
                data-own={inOwn}
                aria-current={date === shown ? 'date' : undefined}
                aria-label={words.dayHas(date, inDevice, inOwn)}
                title={words.dayHas(date, inDevice, inOwn)}
                disabled={date > today}
                onClick={() => onDay(date)}
              >
                {Number(date.slice(8))}
                <i aria-hidden="true" />
              </button>
            );
          })}
      </div>
      <p class="legend hint">
        <span class="device">{words.lanes.device}</span>
        <span class="own">{words.lanes.own}</span>
        {known?.device != null && !known.isComplete && <span class="unknown">{words.notKnown}</span>}
      </p>
    </div>
  );
}
