import { barsOf, type Range } from './lanes.ts';
import { endOf, type Scale, xOf } from './scale.ts';
import type { Ticks } from './ticks.ts';
import type { Zone } from './zone.ts';

/** Where the rows of the time line stand, in pixels; `footage.css` has the same for the names beside them. */
export const RULER_PX = 30;
export const LANE_PX = 26;
const GAP_PX = 6;
export const LANE_TOPS = { device: RULER_PX + GAP_PX, own: RULER_PX + LANE_PX + 2 * GAP_PX } as const;
export const HEIGHT_PX = RULER_PX + 2 * LANE_PX + 3 * GAP_PX;

/** All bars of one kind as one path: what is drawn costs what can be seen. Pure. */
export function pathOf(ranges: readonly Range[], scale: Scale, top: number, height: number): string {
  return barsOf(ranges, scale)
    .map(({ x, width }) => `M${x.toFixed(2)} ${top}h${width.toFixed(2)}v${height}h-${width.toFixed(2)}z`)
    .join('');
}

interface LaneProps {
  kind: 'device' | 'own';
  scale: Scale;
  layers: readonly { readonly class: string; readonly ranges: readonly Range[] }[];
  isActive: boolean;
}

/** One lane: its ground, and its ranges in layers. */
export function Lane({ kind, scale, layers, isActive }: LaneProps) {
  const top = LANE_TOPS[kind];
  return (
    <g class={isActive ? `lane ${kind} active` : `lane ${kind}`}>
      <rect class="ground" x="0" y={top} width={scale.widthPx} height={LANE_PX} />
      {layers.map((layer) => (
        <path
          key={layer.class}
          class={layer.class}
          d={
            layer.class === 'alarms' || layer.class === 'locked'
              ? pathOf(layer.ranges, scale, top + LANE_PX - 4, 4)
              : pathOf(layer.ranges, scale, top, LANE_PX)
          }
        />
      ))}
    </g>
  );
}

interface RulerProps {
  scale: Scale;
  ticks: Ticks;
  zone: Zone;
  /** For the names of days. */
  locale: string;
}

/** Words of a tick; days by their date, times by the clock of the zone. */
function wordsOf(atMs: number, isDay: boolean, hasSeconds: boolean, zone: Zone, locale: string): string {
  if (!isDay) return hasSeconds ? zone.clock(atMs) : zone.clock(atMs).slice(0, 5);
  const wall = new Date(zone.wall(atMs));
  return wall.toLocaleDateString(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

/** Ticks and their words. A day's name keeps away from the words of the hour before it. */
export function Ruler({ scale, ticks: { ticks, hasSeconds }, zone, locale }: RulerProps) {
  const lines = (kind: string, top: number, bottom: number) =>
    ticks
      .filter((tick) => tick.kind === kind)
      .map(({ atMs }) => `M${Math.round(xOf(scale, atMs)) + 0.5} ${top}V${bottom}`)
      .join('');
  return (
    <g class="ruler">
      <path class="minor" d={lines('minor', RULER_PX - 5, RULER_PX)} />
      <path class="time" d={lines('time', RULER_PX - 9, HEIGHT_PX)} />
      <path class="day" d={lines('day', 4, HEIGHT_PX)} />
      {ticks.map(({ atMs, kind }) =>
        kind === 'minor' ? null : (
          <text key={atMs} class={kind} x={xOf(scale, atMs) + 5} y={RULER_PX - 12}>
            {wordsOf(atMs, kind === 'day', hasSeconds, zone, locale)}
          </text>
        ),
      )}
    </g>
  );
}

interface HeadProps {
  scale: Scale;
  epochMs: number | null;
  isAim: boolean;
}

/** The line of what plays; hollow while a seek is under way. */
export function Head({ scale, epochMs, isAim }: HeadProps) {
  if (epochMs === null || epochMs < scale.startMs || epochMs > endOf(scale)) return null;
  const x = xOf(scale, epochMs);
  return (
    <g class={isAim ? 'head aim' : 'head'} data-testid="head" data-epoch-ms={Math.round(epochMs)}>
      <path d={`M${x} 2V${HEIGHT_PX}`} />
      <path class="grip" d={`M${x - 6} 2h12v7l-6 7l-6-7z`} />
    </g>
  );
}
