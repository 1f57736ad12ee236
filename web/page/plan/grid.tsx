import { Fragment } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { planWords } from '../words/plan.ts';
import { beside, CELLS_OF_DAY, type Cell, cellTime, painted, stateOf, timeOf, type Week } from './week.ts';

/** Days lie side by side when the page is this narrow: the style sheet has the same number. */
const NARROW = '(max-width: 760px)';

const PRESSED = { all: 'true', some: 'mixed', none: 'false' } as const;
const HALVES = Array.from({ length: CELLS_OF_DAY }, (_, half) => half);
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

function cellOf(element: Element | null): Cell | null {
  const [day, half] = (element?.closest('[data-cell]')?.getAttribute('data-cell') ?? '').split('-').map(Number);
  return day === undefined || half === undefined ? null : { day, half };
}

interface Props {
  week: Week;
  /** The half hour in which the gateway is now. */
  now: Cell | null;
  disabled: boolean;
  onChange: (week: Week) => void;
}

/** A week of half hours, painted by mouse, finger or keys. */
export function WeekGrid({ week, now, disabled, onChange }: Props) {
  const words = useWords(planWords);
  const box = useRef<HTMLFieldSetElement>(null);
  /** The cell that the Tab key reaches. */
  const [focused, setFocused] = useState<Cell>({ day: 0, half: 0 });
  /** The stroke that goes on: the week before it, where it began, what it paints. */
  const stroke = useRef<{ week: Week; from: Cell; isOn: boolean; at: string } | null>(null);
  /** A click that follows a stroke is the same press. */
  const hasPainted = useRef(false);

  function begin(event: PointerEvent): void {
    const cell = cellOf(event.target as Element);
    hasPainted.current = false;
    if (cell === null || disabled || event.button !== 0) return;
    event.preventDefault();
    hasPainted.current = true;
    const isOn = stateOf(week, cell) !== 'all';
    stroke.current = { week, from: cell, isOn, at: `${cell.day}-${cell.half}` };
    box.current?.setPointerCapture(event.pointerId);
    // nothing may move below the pointer
    focus(cell, true);
    onChange(painted(week, cell, cell, isOn));
  }

  function move(event: PointerEvent): void {
    const now = stroke.current;
    const cell = now && cellOf(document.elementFromPoint(event.clientX, event.clientY));
    if (now === null || cell === null || now.at === `${cell.day}-${cell.half}`) return;
    now.at = `${cell.day}-${cell.half}`;
    onChange(painted(now.week, now.from, cell, now.isOn));
  }

  function cancel(): void {
    if (stroke.current !== null) onChange(stroke.current.week);
    stroke.current = null;
  }

  function toggle(cell: Cell): void {
    // the press of the pointer has painted already
    if (!hasPainted.current && !disabled) onChange(painted(week, cell, cell, stateOf(week, cell) !== 'all'));
    hasPainted.current = false;
  }

  function focus(cell: Cell, preventScroll = false): void {
    setFocused(cell);
    box.current?.querySelector<HTMLElement>(`[data-cell="${cell.day}-${cell.half}"]`)?.focus({ preventScroll });
  }

  function onKeyDown(event: KeyboardEvent): void {
    hasPainted.current = false;
    const isNarrow = matchMedia(NARROW).matches;
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const [down = 0, right = 0] = step ?? [];
    let next: Cell | null = null;
    if (step !== undefined) next = beside(focused, isNarrow ? right : down, isNarrow ? down : right);
    else if (event.key === 'Home') next = { day: focused.day, half: 0 };
    else if (event.key === 'End') next = { day: focused.day, half: CELLS_OF_DAY - 1 };
    if (next === null) return;
    event.preventDefault();
    if (event.shiftKey && !disabled) onChange(painted(week, focused, next, stateOf(week, focused) === 'all'));
    focus(next);
  }

  return (
    <fieldset
      class="week-grid"
      ref={box}
      aria-label={words.week}
      data-testid="week"
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={() => {
        stroke.current = null;
      }}
      onPointerCancel={cancel}
      onKeyDown={onKeyDown}
    >
      <span />
      {HOURS.map((hour) => (
        <span key={hour} class="hour" aria-hidden="true">
          {String(hour).padStart(2, '0')}
        </span>
      ))}
      {words.days.map((day, d) => (
        <Fragment key={day}>
          <span class="day" aria-hidden="true">
            {words.shortDays[d]}
          </span>
          {HALVES.map((half) => {
            const cell = { day: d, half };
            return (
              <button
                key={half}
                type="button"
                class={now?.day === d && now.half === half ? 'now' : undefined}
                data-cell={`${d}-${half}`}
                tabIndex={focused.day === d && focused.half === half ? 0 : -1}
                aria-pressed={PRESSED[stateOf(week, cell)]}
                aria-label={words.cell(day, cellTime(cell), timeOf((half + 1) * 30))}
                aria-disabled={disabled}
                onClick={() => toggle(cell)}
              />
            );
          })}
        </Fragment>
      ))}
    </fieldset>
  );
}
