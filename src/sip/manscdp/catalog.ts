import { readSwitch } from './device-status.ts';
import { type BodyStyle, type Envelope, writeEnvelope } from './envelope.ts';
import { child, integerOf, itemsBelow, textOf, type XmlElement } from './xml.ts';

/** One entry of a catalogue (GB/T 28181 A.2.1 itemType): every field the device sent, by the standard's element name. */
export interface CatalogItem {
  id: string;
  /** Event of a change notify: ON, OFF, VLOST, DEFECT, ADD, DEL, UPDATE; '' in an answer. */
  event: string;
  /** Null when the word is unknown or absent: keep what was known (XML-11). */
  on: boolean | null;
  /** Fields of the item and of its `Info`; an empty one, or one that says `null`, is left out. */
  fields: Record<string, string>;
}

/** One message of a catalogue: an answer (in parts) or a change notify. */
export interface CatalogPart {
  /** Null when absent or not a number (XML-6); the items are counted by ourselves anyway. */
  sumNum: number | null;
  items: CatalogItem[];
}

/** More items than annex M allows in one message. */
const MAX_ITEMS = 10_000;
/** The 2022 edition has about 60 fields. */
const MAX_FIELDS = 100;
/** `ExtraInfo` may have 1,024 characters; nothing else comes near. */
const MAX_FIELD_LENGTH = 1024;
/** Ids are strings of any digits and letters (REG-5): 20 by rule, at most this long. */
const MAX_ID_LENGTH = 64;
/** What platforms below write for a field that they have not. */
const NOTHING = /^(?:\(?null\)?)?$/i;

export function readCatalog(envelope: Envelope): CatalogPart {
  const list = child(envelope.element, 'DeviceList');
  const items: CatalogItem[] = [];
  for (const element of itemsBelow(list ?? envelope.element)) {
    if (items.length >= MAX_ITEMS) break;
    const item = readItem(element);
    if (item !== null) items.push(item);
  }
  return { sumNum: integerOf(envelope.element, 'SumNum'), items };
}

function readItem(element: XmlElement): CatalogItem | null {
  const id = textOf(element, 'DeviceID') ?? '';
  if (id === '' || id.length > MAX_ID_LENGTH || !/^[A-Za-z0-9]+$/.test(id)) return null;
  const fields: Record<string, string> = {};
  let count = 0;
  const take = (name: string, text: string): void => {
    if (
      NOTHING.test(text) ||
      name === 'DeviceID' ||
      name === 'Event' ||
      count >= MAX_FIELDS ||
      !/^[A-Za-z]\w{0,63}$/.test(name)
    )
      return;
    if (Object.hasOwn(fields, name)) return;
    fields[name] = text.slice(0, MAX_FIELD_LENGTH);
    count += 1;
  };
  for (const [name, value] of Object.entries(element.attributes)) take(name, value);
  for (const field of element.children) {
    take(field.name, field.text);
    if (field.name.toLowerCase() === 'info') for (const inner of field.children) take(inner.name, inner.text);
  }
  return {
    id,
    event: (textOf(element, 'Event') ?? '').toUpperCase(),
    on: readSwitch(textOf(element, 'Status')),
    fields,
  };
}

/**
 * Whether a node can be asked for video: not a region (2 to 8 digits), platform (200), group (215), organisation (216), alarm
 * input or output (134, 135), audio input or output (136, 137) or mobile unit (138). Unknown types usually are cameras.
 */
export function isVideoChannel(id: string): boolean {
  if (!/^\d+$/.test(id)) return true;
  if (id.length <= 10) return false;
  if (id.length !== 20) return true;
  const type = Number(id.slice(10, 13));
  return !(type >= 200 && type <= 299) && !(type >= 134 && type <= 138);
}

export function writeCatalogQuery(deviceId: string, sn: number, style: BodyStyle): Buffer {
  return writeEnvelope('Query', { cmdType: 'Catalog', sn, deviceId }, [], style);
}
