import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { type Store, useStore } from '../store.ts';
import { footageWords } from '../words/footage.ts';
import { HEIGHT_PX, Head, LANE_PX, LANE_TOPS, Lane, pathOf, Ruler } from './bars.tsx';
import type { DeviceFootage } from './device-lane.ts';
import { Gesture, type Held, type Point } from './gesture.ts';
import type { Head as Shown } from './head-hook.ts';
import type { Mark } from './mark.ts';
import type { OwnFootage } from './own-lane.ts';
import { endOf, panned, resized, type Scale, timeAt, xOf, zoomed } from './scale.ts';
import { ticksOf } from './ticks.ts';
import type { Zone } from './zone.ts';

import './time-line.css';

export type LaneName = 'device' | 'own';

/** A notch of a wheel is 100 to 120 units: about a quarter closer or further. */
const WHEEL_ZOOM = 0.0022;
/** The words at the pointer keep this far from the edges. */
const TIP_PX = 70;

interface Props {
  scale: Scale;
  zone: Zone;
  device: DeviceFootage;
  own: OwnFootage;
  active: LaneName;
  mark: Mark;
  nowMs: number;
  /** What plays, or where a seek leads. */
  head: Store<Shown>;
  onScale: (change: (scale: Scale) => Scale) => void;
  onSeek: (epochMs: number, lane: LaneName | null) => void;
  onMark: (mark: Mark) => void;
}

/** Which lane stands at this height; null for the ruler. */
function laneAt(y: number | null): LaneName | null {
  if (y === null || y < LANE_TOPS.device) return null;
  return y < LANE_TOPS.device + LANE_PX + 3 ? 'device' : 'own';
}

/** Two lanes of footage under a ruler: zoomed by wheel and pinch, moved by a drag, played from by a click. */
export function TimeLine(props: Props) {
  const words = useWords(footageWords);
  const locale = localeOf(useLanguage());
  const { scale, zone, device, own, active, mark, nowMs } = props;
  const head = useStore(props.head);
  const box = useRef<HTMLDivElement>(null);
  const gesture = useRef(new Gesture()).current;
  const now = useRef(props);
  now.current = props;
  const [hoverX, setHoverX] = useState<number | null>(null);
  const [scrubMs, setScrubMs] = useState<number | null>(null);
  const ticks = useMemo(() => ticksOf(scale, zone), [scale, zone]);
  const headMs = scrubMs ?? head.epochMs;

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const { left } = element.getBoundingClientRect();
      const isAcross = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      now.current.onScale((before) =>
        isAcross
          ? panned(before, -event.deltaX, now.current.nowMs)
          : zoomed(before, event.clientX - left, Math.exp(event.deltaY * WHEEL_ZOOM), now.current.nowMs),
      );
    };
    element.addEventListener('wheel', wheel, { passive: false });
    const observer = new ResizeObserver(([entry]) => {
      const widthPx = Math.floor(entry?.contentRect.width ?? 0);
      now.current.onScale((before) => resized(before, widthPx));
    });
    observer.observe(element);
    return () => {
      element.removeEventListener('wheel', wheel);
      observer.disconnect();
    };
  }, []);

  const pointOf = (event: PointerEvent): Point => {
    const { left, top } = box.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    return { id: event.pointerId, x: event.clientX - left, y: event.clientY - top };
  };
  const held: Held = { scale, mark, headMs: head.epochMs };

  const carryOut = (move: ReturnType<Gesture['move']>) => {
    if (move === null) return;
    if (move.type === 'window') props.onScale(() => move.scale);
    else if (move.type === 'mark') props.onMark(move.mark);
    else if (move.type === 'scrub') setScrubMs(move.epochMs);
    else {
      setScrubMs(null);
      props.onSeek(move.epochMs, laneAt(move.y));
    }
  };

  const tipMs = scrubMs ?? (hoverX === null ? null : timeAt(scale, hoverX));
  const tipX = tipMs === null ? 0 : Math.max(TIP_PX, Math.min(scale.widthPx - TIP_PX, xOf(scale, tipMs)));
  const markRange =
    mark.inMs === null && mark.outMs === null
      ? null
      : { startMs: mark.inMs ?? mark.outMs ?? 0, endMs: mark.outMs ?? (mark.inMs ?? 0) + scale.msPerPx };
  const nowX = xOf(scale, nowMs);
  const spoken = headMs ?? (scale.startMs + endOf(scale)) / 2;
  const grip = hoverX === null ? 'window' : Gesture.gripAt(held, hoverX, false);

  return (
    <div
      ref={box}
      class={grip === 'window' ? 'time-line' : 'time-line on-grip'}
      role="slider"
      tabIndex={0}
      aria-label={words.timeLine}
      aria-description={words.timeLineHelp}
      aria-valuemin={Math.round(scale.startMs / 1000)}
      aria-valuemax={Math.round(Math.max(endOf(scale), spoken) / 1000)}
      aria-valuenow={Math.round(Math.max(scale.startMs, spoken) / 1000)}
      aria-valuetext={zone.write(spoken)}
      data-testid="time-line"
      data-start-ms={Math.round(scale.startMs)}
      data-end-ms={Math.round(endOf(scale))}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        box.current?.setPointerCapture(event.pointerId);
        gesture.down(pointOf(event), held, { isShift: event.shiftKey, isTouch: event.pointerType === 'touch' });
      }}
      onPointerMove={(event) => {
        const point = pointOf(event);
        setHoverX(event.pointerType === 'touch' && gesture.isIdle ? null : point.x);
        carryOut(gesture.move(point, held, nowMs));
      }}
      onPointerUp={(event) => {
        carryOut(gesture.up(pointOf(event), held));
        if (event.pointerType === 'touch') setHoverX(null);
      }}
      onPointerCancel={() => {
        gesture.cancel();
        setScrubMs(null);
        setHoverX(null);
      }}
      onPointerLeave={() => setHoverX(null)}
    >
      <svg width={scale.widthPx} height={HEIGHT_PX} aria-hidden="true">
        <Lane
          kind="device"
          scale={scale}
          isActive={active === 'device'}
          layers={[
            { class: 'pending', ranges: device.pending },
            { class: 'part', ranges: device.partDays },
            { class: 'whole', ranges: device.wholeDays },
            { class: 'files', ranges: device.files },
            { class: 'alarms', ranges: device.alarms },
          ]}
        />
        <Lane
          kind="own"
          scale={scale}
          isActive={active === 'own'}
          layers={[
            { class: 'files', ranges: own.runs },
            { class: 'locked', ranges: own.locked },
          ]}
        />
        <Ruler scale={scale} ticks={ticks} zone={zone} locale={locale} />
        {nowX < scale.widthPx && <rect class="future" x={nowX} y="0" width={scale.widthPx - nowX} height={HEIGHT_PX} />}
        {nowX >= 0 && nowX < scale.widthPx && <path class="now" d={`M${nowX} 0V${HEIGHT_PX}`} />}
        {markRange !== null && (
          <g class="mark" data-testid="mark">
            <path class="area" d={pathOf([markRange], scale, 0, HEIGHT_PX)} />
            {[mark.inMs, mark.outMs].map((ms, i) =>
              ms === null ? null : <path key={i} class="edge" d={`M${xOf(scale, ms)} 0V${HEIGHT_PX}`} />,
            )}
          </g>
        )}
        {hoverX !== null && scrubMs === null && <path class="hover" d={`M${hoverX} 0V${HEIGHT_PX}`} />}
        <Head scale={scale} epochMs={headMs} isAim={scrubMs !== null || head.isAim} />
      </svg>
      {tipMs !== null && (
        <span class="tip" style={{ left: `${tipX}px` }} aria-hidden="true">
          {zone.write(tipMs)}
        </span>
      )}
    </div>
  );
}
