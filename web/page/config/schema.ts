import type { Value } from './change.ts';

/** JSON Schema, as far as the gateway tells it of configurations. */
export interface Schema {
  readonly type: 'integer' | 'number' | 'boolean' | 'string' | 'array' | 'object';
  readonly description?: string;
  readonly readOnly?: boolean;
  /** Is written and never shown: a password. */
  readonly writeOnly?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** Counts of entries: the gateway's own, and seen by whoever sees the list. */
const COUNTS = new Set(['SumNum', 'RecordScheduleSumNum', 'TimeSegmentSumNum', 'ROINumber']);
/** Lists whose entries are what the device has: they change, and do not come or go. */
const FIXED = new Set(['VideoParamAttribute', 'VideoParamConfig', 'AudioParamConfig']);

/** As people look for them: what is set often first; what is not named stands behind. */
const ORDER = [
  'BasicParam',
  'VideoParamAttribute',
  'VideoParamConfig',
  'AudioParamConfig',
  'OSDConfig',
  'FrameMirror',
  'PictureMask',
  'AlarmReport',
  'VideoAlarmRecord',
  'VideoRecordPlan',
];

/** Sections in the order in which the page shows them. Pure. */
export function inOrder<T>(config: Readonly<Record<string, T>>): [string, T][] {
  const place = (section: string) => ORDER.indexOf(section) + 1 || ORDER.length + 1;
  return Object.entries(config).sort(([a], [b]) => place(a) - place(b));
}

/** True for what nobody needs to see. Pure. */
export function isCount(name: string): boolean {
  return COUNTS.has(name);
}

/** True when entries can be added to lists of that section. Pure. */
export function mayGrow(section: string): boolean {
  return !FIXED.has(section);
}

/** True for the element by which an entry of such a list is known: with another one it would be another entry. Pure. */
export function isKey(section: string, name: string): boolean {
  return !mayGrow(section) && (name === 'StreamNumber' || name === 'StreamName');
}

/** A day's piece of a recording plan, which has its hours, minutes and seconds in elements of their own. Pure. */
export function isTimeSegment(schema: Schema): boolean {
  return schema.properties?.StartHour !== undefined && schema.properties.StopSec !== undefined;
}

/** The elements that a new entry needs, with the smallest value that is one. Pure. */
export function emptyOf(schema: Schema): Value {
  switch (schema.type) {
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    case 'string':
      return '';
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () =>
        schema.items === undefined ? 0 : emptyOf(schema.items),
      );
    case 'object': {
      if (isTimeSegment(schema))
        return { StartHour: 0, StartMin: 0, StartSec: 0, StopHour: 24, StopMin: 0, StopSec: 0 };
      const needed = schema.required ?? [];
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
          needed.includes(name) ? [[name, emptyOf(inner)]] : [],
        ),
      );
    }
  }
}
