import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useWords } from '../../language.ts';
import { Icon } from '../../parts/icon.tsx';
import { configWords } from '../../words/config.ts';
import { type PlaneWords, planeWords } from '../../words/plane.ts';
import type { Value } from '../change.ts';
import type { Schema } from '../schema.ts';
import { type Areas, type Mark, marksOf, mostOf, rasterOf, withMark, withNew, withoutMark } from './areas.ts';
import { type Box, boxAround, type Grip, moved, resized, type Size, shareOf } from './box.ts';
import { useDrawing } from './drawing.ts';
import type { PictureHold } from './picture.tsx';

import './plane.css';

/** When nothing says how large the picture is. */
const USUAL: Size = { width: 1920, height: 1080 };
/** What an arrow moves by, in pixels; with Ctrl it is one. */
const STEP_PX = 8;
/** No box is drawn smaller, in pixels: it would not be seen. By its numbers it may be. */
const LEAST_PX = 8;

/** So much of the picture shows what is beyond it. */
const EDGE = 0.015;

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Props {
  section: string;
  areas: Areas;
  schema: Schema;
  value: Value;
  isOff: boolean;
  put: (value: Value) => void;
  hold: PictureHold;
  /** The size of the main stream, as the device tells it. */
  declared: Size | null;
}

/** What a section has on the picture, drawn, moved, resized and removed with the mouse, a finger or the keyboard. Its fields say the same in numbers. */
export function Plane({ section, areas, schema, value, isOff: isLocked, put, hold, declared }: Props) {
  const words = useWords(planeWords);
  const { TimeType: times = {} } = useWords(configWords).options;
  const { picture, canTake, isNobodys, want, again } = hold;
  const hintId = useId();
  const frame = useRef<HTMLDivElement>(null);
  const drawButton = useRef<HTMLButtonElement>(null);
  const focusNext = useRef<Mark['key'] | 'draw' | null>(null);
  const [chosenKey, setChosen] = useState<Mark['key'] | null>(null);
  const [isArmed, setArmed] = useState(false);
  const held = typeof value === 'object' && !Array.isArray(value) ? (value as Readonly<Record<string, Value>>) : {};
  const size = areas.own(held) ?? (picture.state === 'here' ? picture : (declared ?? USUAL));
  // what is drawn before the size of the picture is known would be elsewhere
  const isWaiting = areas.own(held) === null && (picture.state === 'none' || picture.state === 'taking');
  const isOff = isLocked || isWaiting;
  const raster = rasterOf(areas, size);
  const marks = marksOf(areas, value, raster);
  const chosen = marks.find(({ key }) => key === chosenKey) ?? null;
  const count = marks.filter(({ key }) => key !== 'time').length;
  const most = mostOf(areas, schema);
  const canAdd = !isOff && count < most;
  const isBoxes = areas.shape === 'box';
  const least = isBoxes ? Math.max(1, Math.round(LEAST_PX / areas.cellPx)) : 1;

  // a picture is asked for when somebody sees where it belongs
  const wanted = useRef(want);
  wanted.current = want;
  useEffect(() => {
    if (frame.current === null) return undefined;
    const watching = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting)) wanted.current();
    });
    watching.observe(frame.current);
    return () => watching.disconnect();
  }, [picture.state]);

  const elementOf = (key: Mark['key']) => frame.current?.querySelector<HTMLElement>(`[data-mark="${key}"]`) ?? null;
  // at once: the next key is for what has just been drawn
  useLayoutEffect(() => {
    const next = focusNext.current;
    focusNext.current = null;
    if (next === 'draw') drawButton.current?.focus();
    else if (next !== null) elementOf(next)?.focus();
  });

  const set = (key: Mark['key'], box: Box) => put(withMark(areas, value, key, box, raster));
  function add(box: Box): void {
    setArmed(false);
    if (!canAdd) return;
    // entries stand in the order of the list: the new one is the last
    const list = marksOf(areas, withNew(areas, schema, value, box, raster), raster);
    focusNext.current = list.at(-1)?.key ?? null;
    setChosen(focusNext.current);
    put(withNew(areas, schema, value, box, raster));
  }
  function remove(key: Mark['key']): void {
    if (key === 'time' || isOff) return;
    setChosen(null);
    focusNext.current = 'draw';
    put(withoutMark(areas, value, key));
  }

  const { drawn, hands } = useDrawing({
    frame,
    size,
    cellPx: areas.cellPx,
    raster,
    least,
    isBoxes,
    isOff,
    isArmed,
    canAdd,
    marks,
    chosenKey,
    onChoose(key) {
      setChosen(key);
      if (key !== null) elementOf(key)?.focus({ preventScroll: true });
    },
    onSet: set,
    onAdd: add,
  });

  function key(event: KeyboardEvent, mark: Mark): void {
    if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      remove(mark.key);
      return;
    }
    const [x, y] = ARROWS[event.key] ?? [0, 0];
    if (x === 0 && y === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.ctrlKey || event.altKey ? 1 : Math.max(1, Math.round(STEP_PX / areas.cellPx));
    const by = { x: x * step, y: y * step };
    const corner: Grip = { x: 1, y: 1 };
    const isResized = event.shiftKey && isBoxes;
    set(mark.key, isResized ? resized(mark.box, corner, by, raster, least) : moved(mark.box, by, raster));
  }

  const ratio = Math.min(4, Math.max(0.5, size.width / size.height));
  return (
    <div class="config-plane" style={{ '--ratio': String(ratio) }} data-testid={`plane-${section}`}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields */}
      <div
        ref={frame}
        class={['plane-frame', isArmed ? 'armed' : '', isOff ? 'off' : ''].filter(Boolean).join(' ')}
        role="group"
        aria-label={words.areas[section] ?? words.title}
        style={{ aspectRatio: String(ratio) }}
        data-testid={`frame-${section}`}
        data-picture={picture.state}
        {...hands}
      >
        {picture.state === 'here' && <img src={picture.url} alt="" draggable={false} />}
        {picture.state === 'taking' && <p class="plane-wait">{words.taking}</p>}
        {marks.map((mark) => {
          const shown = mark.key === 'time' ? (times[String(held.TimeType ?? 0)] ?? '') : mark.name || words.emptyText;
          // what is said has what is seen in it
          const name = mark.key === 'time' ? `${words.time} ${shown}` : nameOf(mark, areas, words);
          return (
            <button
              key={mark.key}
              type="button"
              class={[
                isBoxes ? 'plane-box' : 'plane-place',
                mark.key === chosen?.key ? 'chosen' : '',
                areas.isOn(held, mark.key) ? '' : 'idle',
              ]
                .filter(Boolean)
                .join(' ')}
              data-mark={mark.key}
              data-testid={`mark-${section}-${mark.key}`}
              disabled={isOff}
              aria-label={`${name}: ${placeOf(mark.box, areas, words)}`}
              aria-describedby={hintId}
              style={styleOf(mark.box, size, areas)}
              onFocus={() => setChosen(mark.key)}
              onKeyDown={(event) => key(event, mark)}
            >
              <span>{shown}</span>
            </button>
          );
        })}
        {drawn !== null && <span class="plane-box drawn" style={styleOf(drawn, size, areas)} />}
      </div>
      <div class="plane-bar">
        <button
          ref={drawButton}
          type="button"
          data-testid={`draw-${section}`}
          aria-pressed={isArmed}
          // while it waits it keeps the focus
          disabled={isLocked || count >= most}
          aria-disabled={isWaiting ? true : undefined}
          title={count >= most ? words.noMore(most) : undefined}
          onKeyDown={({ key: pressed }) => pressed === 'Escape' && setArmed(false)}
          onClick={(event) => {
            // a key's click: nobody has a pointer to draw with
            const middle = { x: Math.floor(raster.width / 2), y: Math.floor(raster.height / 2) };
            if (!canAdd) return;
            if (event.detail === 0) add(isBoxes ? boxAround(middle, raster) : cornerAt(middle));
            else setArmed(!isArmed);
          }}
        >
          <Icon name="add" />
          {isBoxes ? words.drawBox : words.drawPlace}
        </button>
        <button
          type="button"
          disabled={isOff || chosen === null || chosen.key === 'time'}
          data-testid={`erase-${section}`}
          onClick={() => chosen !== null && remove(chosen.key)}
        >
          <Icon name="remove" />
          {words.remove}
        </button>
        <output class="plane-said" data-testid={`place-${section}`}>
          {isArmed
            ? isBoxes
              ? words.armedBox
              : words.armedPlace
            : chosen === null
              ? count >= most && !isOff
                ? words.noMore(most)
                : ''
              : `${nameOf(chosen, areas, words)}: ${placeOf(chosen.box, areas, words)}`}
        </output>
        <button
          type="button"
          class="plain"
          aria-label={words.fresh}
          title={words.fresh}
          disabled={!canTake || picture.state === 'taking'}
          data-testid={`fresh-${section}`}
          onClick={() => again()}
        >
          <Icon name="again" />
        </button>
      </div>
      <p class="hint plane-hint" id={hintId}>
        <span>{words.pixels(size.width, size.height)} </span>
        {areas.cellPx > 1 && <span>{words.blocks} </span>}
        {picture.state === 'missing' && <span>{isNobodys ? words.nobodys : words.missing} </span>}
        {marks.some(({ key }) => !areas.isOn(held, key)) && <span>{words.idle} </span>}
        {!isOff && (
          <>
            <span class="for-mouse">{isBoxes ? words.mouseBox : words.mousePlace} </span>
            <span class="for-finger">{isBoxes ? words.fingerBox : words.fingerPlace} </span>
            <span class="for-mouse">{isBoxes ? words.keysBox : words.keysPlace}</span>
          </>
        )}
      </p>
    </div>
  );
}

/** A place, which is its top left corner. Pure. */
function cornerAt({ x, y }: { readonly x: number; readonly y: number }): Box {
  return { left: x, top: y, right: x, bottom: y };
}

/** What lies beyond the picture is shown at its edge: there it can be held. Pure. */
function styleOf(box: Box, size: Size, { cellPx, shape }: Areas) {
  const share = shareOf(box, size, cellPx);
  const percent = (value: number) => `${value * 100}%`;
  const place = { left: percent(Math.min(share.left, 1 - EDGE)), top: percent(Math.min(share.top, 1 - EDGE)) };
  if (shape === 'place') return place;
  const length = (from: number, share: number) => percent(from > 1 - EDGE ? EDGE : share);
  return { ...place, width: length(share.left, share.width), height: length(share.top, share.height) };
}

/** What it is called. Pure. */
function nameOf({ key, name }: Mark, { shape }: Areas, words: PlaneWords): string {
  if (key === 'time') return words.time;
  if (shape === 'box') return words.box(name);
  return name === '' ? words.emptyText : words.text(name);
}

/** Where it is, in pixels. Pure. */
function placeOf({ left, top, right, bottom }: Box, { cellPx, shape }: Areas, words: PlaneWords): string {
  if (shape === 'place') return words.from(left, top);
  return words.fromTo(left * cellPx, top * cellPx, (right + 1) * cellPx - 1, (bottom + 1) * cellPx - 1);
}
