import type { CatalogItem, CatalogPart } from './catalog.ts';
import type { Envelope } from './envelope.ts';
import { child, textOf } from './xml.ts';

/** Words for on and off that the standard knows; readers know more (XML-11). */
const STATUS_WORDS = new Set(['ON', 'OFF']);

/** What one catalogue message bends, with the values seen: it is read all the same. One entry a code, whatever the number of items. */
export function catalogFindings(envelope: Envelope, part: CatalogPart): [code: string, detail: string][] {
  const found = new Map<string, string>();
  const note = (code: string, detail: string): void => {
    if (!found.has(code)) found.set(code, detail);
  };
  const list = child(envelope.element, 'DeviceList');
  const num = list === null ? null : textOf(list, 'Num');
  if (num !== null && num !== String(part.items.length))
    note('XML-6', `DeviceList says Num="${num.slice(0, 20)}", ${part.items.length} items came`);
  if (part.sumNum === null)
    note('XML-6', `no SumNum that is a number: ${textOf(envelope.element, 'SumNum') ?? 'absent'}`);
  for (const item of part.items) itemFindings(item, note);
  return [...found];
}

function itemFindings(item: CatalogItem, note: (code: string, detail: string) => void): void {
  const { Status: status, ParentID: parent } = item.fields;
  if (status !== undefined && !STATUS_WORDS.has(status))
    note('XML-11', `${item.id} has Status ${JSON.stringify(status)}`);
  if (parent?.includes('/')) note('CAT-5', `${item.id} has ParentID ${JSON.stringify(parent)}: the last id counts`);
  for (const [name, limit] of [
    ['Longitude', 180],
    ['Latitude', 90],
    ['Parental', 1],
  ] as const) {
    const text = item.fields[name];
    const value = Number(text);
    if (text !== undefined && !(Math.abs(value) <= limit))
      note('XML-12', `${item.id} has ${name} ${JSON.stringify(text)}`);
  }
}
