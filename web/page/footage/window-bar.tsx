import { useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { footageWords } from '../words/footage.ts';
import type { Place } from './api.ts';
import { Calendar } from './calendar.tsx';
import { endOf, type Scale, spanOf } from './scale.ts';
import { dateAfter, type Zone } from './zone.ts';

/** Lengths of the window that have a name. */
export const SPANS = {
  month: 31 * 86_400_000,
  week: 7 * 86_400_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
} as const;
type SpanName = keyof typeof SPANS;
const NAMES = Object.keys(SPANS) as SpanName[];

interface Props {
  place: Place;
  zone: Zone;
  scale: Scale;
  nowMs: number;
  isAsking: boolean;
  onDay: (date: string) => void;
  onSpan: (spanMs: number) => void;
  onZoom: (factor: number) => void;
  onNow: () => void;
}

/** What the window shows, in words, and the ways to show something else. */
export function WindowBar({ place, zone, scale, nowMs, isAsking, onDay, onSpan, onZoom, onNow }: Props) {
  const words = useWords(footageWords);
  const [isOpen, setOpen] = useState(false);
  const middle = zone.date((scale.startMs + endOf(scale)) / 2);
  const today = zone.date(nowMs);
  const spanMs = spanOf(scale);
  const nearest = NAMES.find((name) => Math.abs(SPANS[name] - spanMs) < SPANS[name] * 0.02) ?? null;
  return (
    <div class="window-bar">
      <div class="calendar-box">
        <button
          type="button"
          class="date"
          data-testid="open-calendar"
          aria-expanded={isOpen}
          aria-haspopup="dialog"
          aria-label={`${words.calendar}: ${middle}`}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name="calendar" />
          <span class="number">{middle}</span>
        </button>
        {isOpen && (
          <Calendar
            place={place}
            shown={middle}
            today={today}
            onClose={() => setOpen(false)}
            onDay={(date) => {
              setOpen(false);
              onDay(date);
            }}
          />
        )}
      </div>
      <button
        type="button"
        class="plain"
        data-testid="day-before"
        aria-label={words.dayBefore}
        title={words.dayBefore}
        onClick={() => onDay(dateAfter(middle, -1))}
      >
        <Icon name="back" />
      </button>
      <button
        type="button"
        class="plain"
        data-testid="day-after"
        aria-label={words.dayAfter}
        title={words.dayAfter}
        disabled={middle >= today}
        onClick={() => onDay(dateAfter(middle, 1))}
      >
        <Icon name="next" />
      </button>
      <button type="button" class="plain now" data-testid="now" onClick={onNow}>
        {words.now}
      </button>
      <span class="hint asking" role="status">
        {isAsking ? words.asking : ''}
      </span>
      <fieldset class="spans" aria-label={words.window}>
        <button type="button" class="plain" aria-label={words.zoomOut} title={words.zoomOut} onClick={() => onZoom(2)}>
          <Icon name="less" />
        </button>
        {NAMES.map((name) => (
          <button
            key={name}
            type="button"
            class="plain"
            data-span={name}
            aria-pressed={name === nearest}
            onClick={() => onSpan(SPANS[name])}
          >
            {words.spans[name]}
          </button>
        ))}
        <button type="button" class="plain" aria-label={words.zoomIn} title={words.zoomIn} onClick={() => onZoom(0.5)}>
          <Icon name="add" />
        </button>
      </fieldset>
    </div>
  );
}
