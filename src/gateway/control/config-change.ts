import type { ConfigField, ConfigObject, ConfigValue } from '../../sip/manscdp/config-fields.ts';
import { isObject, lengthAt, MAX_DEPTH } from '../../sip/manscdp/config-xml.ts';

/** A change of a configuration, upon what the device has. */

/** An element, or an attribute of one. */
const NAME = /^@?[A-Za-z_][\w.-]{0,63}$/;
const MAX_TEXT = 1024;

/** What is wrong with elements that no table knows; null when nothing is. `place` is said in the words. */
export function faultIn(value: unknown, place: string, depth = 0): string | null {
  if (typeof value === 'string')
    return value.length > MAX_TEXT ? `${place} has more than ${MAX_TEXT} characters.` : null;
  if (typeof value === 'number' || typeof value === 'boolean') return null;
  if (typeof value !== 'object' || value === null)
    return `${place} must be a text, a number, true, false or an object.`;
  if (depth >= MAX_DEPTH) return `${place} lies too deep.`;
  for (const [name, each] of Object.entries(value)) {
    if (!Array.isArray(value) && name !== '#text' && !NAME.test(name))
      return `${place} has the key "${name.slice(0, 64)}", which is no name of an element.`;
    if (name.startsWith('@') && typeof each === 'object') return `${place}.${name} is an attribute: it must be a text.`;
    const fault = faultIn(each, `${place}.${name}`, depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}

/**
 * The section as it shall be. Objects are merged element by element, lists are replaced; entries that have a key are merged by it, and
 * those that the change does not name stay.
 */
export function changed(field: ConfigField, before: ConfigValue | undefined, change: ConfigValue): ConfigValue {
  if (!isObject(change)) return field.key === undefined ? change : mergedList(field, before, change);
  if (before === undefined || !isObject(before)) return change;
  const byName = new Map((field.fields ?? []).map((each) => [each.name, each]));
  const merged = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(change)) {
    const inner = byName.get(name);
    merged.set(name, inner === undefined ? value : changed(inner, own(before, name), value));
  }
  return Object.fromEntries(merged);
}

/** Without a key in every entry there is nothing to merge them by: then the list is replaced. */
function mergedList(field: ConfigField, before: ConfigValue | undefined, change: ConfigValue): ConfigValue {
  if (!Array.isArray(change)) return change;
  const known: readonly ConfigValue[] = Array.isArray(before) ? before : [];
  const given: readonly ConfigValue[] = change;
  const keyOf = (entry: ConfigValue): string | null =>
    isObject(entry) ? String(own(entry, field.key ?? '') ?? '') || null : null;
  if ([...known, ...given].some((entry) => keyOf(entry) === null)) return change;
  const entries = new Map(known.map((entry) => [keyOf(entry), entry]));
  for (const entry of given) entries.set(keyOf(entry), changed(field, entries.get(keyOf(entry)), entry));
  return [...entries.values()];
}

/** The section with the counts that were written: those of its lists, whatever was said. */
export function counted(field: ConfigField, value: ConfigValue): ConfigValue {
  if (!isObject(value)) return value;
  const inner = new Map(Object.entries(value));
  for (const each of field.fields ?? []) {
    const held = inner.get(each.name);
    if (each.counts !== undefined) inner.set(each.name, lengthAt(value, each.counts));
    else if (Array.isArray(held))
      inner.set(
        each.name,
        held.map((entry: ConfigValue) => counted(each, entry)),
      );
    else if (held !== undefined) inner.set(each.name, counted(each, held));
  }
  return Object.fromEntries(inner);
}

function own(object: ConfigObject, name: string): ConfigValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The required element that a section lacks, by its way in it; null when it has all. */
export function lackOf(field: ConfigField, value: ConfigValue): string | null {
  if (field.fields === undefined || !isObject(value)) return null;
  for (const each of field.fields) {
    if (each.readOnly === true || each.counts !== undefined) continue;
    const inner = own(value, each.name);
    if (inner === undefined) {
      if (each.required === true) return `${field.name}.${each.name}`;
      continue;
    }
    const entries = each.kind === 'list' && Array.isArray(inner) ? (inner as readonly ConfigValue[]) : [inner];
    for (const entry of entries) {
      const lack = lackOf(each, entry);
      if (lack !== null) return `${field.name}.${lack}`;
    }
  }
  return null;
}

/** What of a section goes with a change although nobody named it: the elements that are required. */
export function requiredOf(field: ConfigField, value: ConfigValue | undefined): ConfigValue | undefined {
  if (value === undefined || !isObject(value)) return undefined;
  const names = new Set((field.fields ?? []).filter(({ required }) => required === true).map(({ name }) => name));
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.has(name)));
}
