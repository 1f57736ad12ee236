import { type Value, withValue } from '../change.ts';
import { emptyOf, type Schema } from '../schema.ts';
import type { Box, Size } from './box.ts';

/** What sections say of places on the picture (GB/T 28181 A.2.3.2). Pure: no DOM. */

type Elements = Readonly<Record<string, Value>>;

/** One thing with a place on the picture. */
export interface Mark {
  /** Of the list, or `time`. */
  readonly key: number | 'time';
  /** What an entry calls itself: its number, or its text. */
  readonly name: string;
  /** In cells of the raster; of a place its top left corner, which is all that is set. */
  readonly box: Box;
}

/** How one section says it. */
export interface Areas {
  /** `place`: only the top left corner is set. */
  readonly shape: 'box' | 'place';
  /** Few cameras have any: it is folded away until there are. */
  readonly isRare?: true;
  /** Pixels each way of what is counted. */
  readonly cellPx: number;
  /** The size that the section itself says its pixels are of. */
  readonly own: (value: Elements) => Size | null;
  /** False when the device is told to draw none of them. */
  readonly isOn: (value: Value, key: Mark['key']) => boolean;
  readonly list: readonly string[];
  /** The element that numbers entries, from 1. */
  readonly number: string | null;
  readonly boxOf: (entry: Elements, raster: Size) => Box | null;
  readonly elementsOf: (box: Box, raster: Size) => Elements;
}

function elements(value: Value | undefined): Elements {
  return typeof value === 'object' && !Array.isArray(value) ? (value as Elements) : {};
}

function whole(value: Value | undefined): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}

function place(x: Value | undefined, y: Value | undefined): Box | null {
  const [left, top] = [whole(x), whole(y)];
  return left === null || top === null ? null : { left, top, right: left, bottom: top };
}

const AREAS: Readonly<Record<string, Areas>> = {
  /** A.2.1: corners in pixels; of which stream is not said, and the main one is meant. */
  PictureMask: {
    shape: 'box',
    cellPx: 1,
    own: () => null,
    isOn: (value) => elements(value).On === true,
    list: ['RegionList', 'Item'],
    number: 'Seq',
    boxOf({ Point }) {
      if (!Array.isArray(Point)) return null;
      const [left = null, top = null, right = null, bottom = null] = Point.map(whole);
      return left === null || top === null || right === null || bottom === null ? null : { left, top, right, bottom };
    },
    elementsOf: ({ left, top, right, bottom }) => ({ Point: [left, top, right, bottom] }),
  },
  /** Pixels of a window that the section names. */
  OSDConfig: {
    shape: 'place',
    cellPx: 1,
    own({ Length, Width }) {
      const [width, height] = [whole(Length) ?? 0, whole(Width) ?? 0];
      return width > 0 && height > 0 ? { width, height } : null;
    },
    // what is left out is on
    isOn: (value, key) => elements(value)[key === 'time' ? 'TimeEnable' : 'TextEnable'] !== false,
    list: ['Item'],
    number: null,
    boxOf: ({ X, Y }) => place(X, Y),
    elementsOf: ({ left, top }) => ({ X: left, Y: top }),
  },
  /** Blocks of 32 × 32 pixels, counted line by line from the top left. */
  SVACEncodeConfig: {
    shape: 'box',
    isRare: true,
    cellPx: 32,
    own: () => null,
    isOn: (value) => elements(elements(value).ROIParam).ROIFlag === true,
    list: ['ROIParam', 'Item'],
    number: 'ROISeq',
    boxOf({ TopLeft, BottomRight }, { width }) {
      const [first, last] = [whole(TopLeft), whole(BottomRight)];
      if (first === null || last === null) return null;
      const row = (block: number) => Math.floor(block / width);
      return { left: first % width, top: row(first), right: last % width, bottom: row(last) };
    },
    elementsOf: ({ left, top, right, bottom }, { width }) => ({
      TopLeft: top * width + left,
      BottomRight: bottom * width + right,
    }),
  },
};

/** What a section has on the picture, or null. */
export function areasOf(section: string): Areas | null {
  return Object.hasOwn(AREAS, section) ? (AREAS[section] ?? null) : null;
}

/** What is counted of a picture of so many pixels. */
export function rasterOf({ cellPx }: Areas, { width, height }: Size): Size {
  return { width: Math.ceil(width / cellPx), height: Math.ceil(height / cellPx) };
}

function at(value: Value | undefined, path: readonly string[]): Value | undefined {
  return path.reduce((held: Value | undefined, name) => elements(held)[name], value);
}

function entriesOf(areas: Areas, value: Value): readonly Value[] {
  const held = at(value, areas.list);
  return Array.isArray(held) ? (held as readonly Value[]) : [];
}

/** The schema of the list that a section keeps them in. */
function listSchema(areas: Areas, schema: Schema): Schema | undefined {
  return areas.list.reduce((held: Schema | undefined, name) => held?.properties?.[name], schema);
}

/** How many entries a section may have. */
export function mostOf(areas: Areas, schema: Schema): number {
  return listSchema(areas, schema)?.maxItems ?? 0;
}

/** All that a section has on the picture; entries whose numbers make no place are left to their fields. */
export function marksOf(areas: Areas, value: Value, raster: Size): Mark[] {
  const entries = entriesOf(areas, value).flatMap((entry, key): Mark[] => {
    const held = elements(entry);
    const box = areas.boxOf(held, raster);
    const name = areas.number === null ? String(held.Text ?? '') : String(held[areas.number] ?? key + 1);
    return box === null ? [] : [{ key, name, box }];
  });
  const { TimeX, TimeY } = elements(value);
  const time = areas.shape === 'place' ? place(TimeX, TimeY) : null;
  return time === null ? entries : [{ key: 'time', name: '', box: time }, ...entries];
}

/** The section with one of them elsewhere. */
export function withMark(areas: Areas, value: Value, key: Mark['key'], box: Box, raster: Size): Value {
  if (key === 'time') return { ...elements(value), TimeX: box.left, TimeY: box.top };
  const entry = elements(entriesOf(areas, value)[key]);
  return withValue(value, [...areas.list, key], { ...entry, ...areas.elementsOf(box, raster) });
}

/** The section with one more, behind the others, under the lowest number that is free. */
export function withNew(areas: Areas, schema: Schema, value: Value, box: Box, raster: Size): Value {
  const entries = entriesOf(areas, value);
  const items = listSchema(areas, schema)?.items;
  const { number } = areas;
  const taken = new Set(entries.map((entry) => (number === null ? null : elements(entry)[number])));
  const free = Array.from({ length: entries.length + 1 }, (_, i) => i + 1).find((one) => !taken.has(one)) ?? 1;
  const fresh = {
    ...elements(items === undefined ? undefined : emptyOf(items)),
    ...(number === null ? {} : { [number]: free }),
    ...areas.elementsOf(box, raster),
  };
  return withValue(value, areas.list, [...entries, fresh]);
}

/** The section without that entry. */
export function withoutMark(areas: Areas, value: Value, key: number): Value {
  return withValue(
    value,
    areas.list,
    entriesOf(areas, value).filter((_, i) => i !== key),
  );
}
