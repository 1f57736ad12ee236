import type { ConfigField, ConfigObject, ConfigValue } from './config-fields.ts';
import { readSwitch } from './device-status.ts';
import type { XmlElement, XmlNode } from './xml.ts';

/** Configuration between XML and JSON, by table. What no table knows is kept, and written back as it came. */

/** Entries of one list. The longest of the standard has 16. */
const MAX_ENTRIES = 64;
/** Elements of one section that no table knows. */
const MAX_FOREIGN = 1000;
/** How deep they may lie. */
export const MAX_DEPTH = 8;
/** `ExtraInfo`, the longest text of the standard, has 1,024 characters. */
const MAX_TEXT = 1024;

/** Reads the element of a field; null when it says nothing. A value that is not of its kind stays the text that it is. */
export function readConfig(element: XmlElement, field: ConfigField): ConfigValue | null {
  return readField(element, field, { left: MAX_FOREIGN });
}

interface Budget {
  left: number;
}

function readField(element: XmlElement, field: ConfigField, budget: Budget): ConfigValue | null {
  if (field.fields !== undefined) return readGroup(element, field.fields, budget);
  return element.children.length > 0 ? foreign(element, budget, 0) : readLeaf(element.text, field);
}

function readLeaf(written: string, { kind }: ConfigField): ConfigValue | null {
  const text = written.slice(0, MAX_TEXT);
  switch (kind) {
    case 'text':
      return text;
    case 'secret':
      return null;
    case 'integer':
    case 'decimal':
      return text === '' ? null : (numberOf(text, kind) ?? text);
    case 'flag':
      return text === '' ? null : (readSwitch(text) ?? text);
    case 'integers':
      return partsOf(text, '/').map((part) => numberOf(part, 'integer') ?? part);
    case 'corners':
      return partsOf(text, ',').map((part) => numberOf(part, 'integer') ?? part);
    default:
      return partsOf(text, '/');
  }
}

function partsOf(text: string, by: string): string[] {
  const parts = text.split(by).map((part) => part.trim());
  return parts.filter((part) => part !== '').slice(0, MAX_ENTRIES);
}

function numberOf(text: string, kind: 'integer' | 'decimal'): number | null {
  const shape = kind === 'integer' ? /^[+-]?\d{1,15}$/ : /^[+-]?\d{1,15}(?:\.\d{1,15})?$/;
  return shape.test(text) ? Number(text) : null;
}

function readGroup(element: XmlElement, fields: readonly ConfigField[], budget: Budget): ConfigObject {
  const out: [string, ConfigValue][] = [];
  const left = new Set(element.children);
  const attributes = new Map(Object.entries(element.attributes));
  for (const field of fields) {
    const own = element.children.filter(({ name }) => isNamed(name, field));
    for (const each of own) left.delete(each);
    if (field.kind === 'list') {
      const entries = own.slice(0, MAX_ENTRIES).map((each) => readGroup(each, field.fields ?? [], budget));
      if (entries.length > 0) out.push([field.name, entries]);
      continue;
    }
    // values written as attributes (XML-5)
    const attribute = [...attributes.keys()].find((name) => isNamed(name, field));
    const value =
      own[0] !== undefined
        ? readField(own[0], field, budget)
        : attribute !== undefined && field.fields === undefined
          ? readLeaf(attributes.get(attribute)!, field)
          : null;
    if (attribute !== undefined) attributes.delete(attribute);
    if (value !== null) out.push([field.name, value]);
  }
  for (const [name, value] of attributes) if (!/^num$/i.test(name)) out.push([`@${name}`, value.slice(0, MAX_TEXT)]);
  out.push(...foreignOf([...left], budget, 0));
  return Object.fromEntries(out);
}

function isNamed(name: string, { name: own, alsoRead }: ConfigField): boolean {
  const lower = name.toLowerCase();
  return lower === own.toLowerCase() || lower === alsoRead?.toLowerCase();
}

/** Elements by name; those that come more than once are a list. */
function foreignOf(elements: readonly XmlElement[], budget: Budget, depth: number): [string, ConfigValue][] {
  const byName = new Map<string, ConfigValue[]>();
  for (const element of elements) {
    if (budget.left <= 0 || depth >= MAX_DEPTH) break;
    budget.left -= 1;
    const value = foreign(element, budget, depth + 1);
    const known = byName.get(element.name);
    if (known === undefined) byName.set(element.name, [value]);
    else known.push(value);
  }
  return [...byName].map(([name, values]) => [name, values.length === 1 ? values[0]! : values]);
}

function foreign(element: XmlElement, budget: Budget, depth: number): ConfigValue {
  const text = element.text.slice(0, MAX_TEXT);
  const attributes = Object.entries(element.attributes).map(([name, value]) => [`@${name}`, value] as const);
  if (attributes.length === 0 && element.children.length === 0) return text;
  const inner = foreignOf(element.children, budget, depth);
  return Object.fromEntries([...attributes, ...(text === '' ? [] : [['#text', text] as const]), ...inner]);
}

/** The element of a field, as it is written; what only answers have is left out. */
export function configNode(field: ConfigField, value: ConfigValue): XmlNode {
  if (field.fields === undefined || !isObject(value)) return foreignNode(field.name, leafOf(field, value));
  const { fields, name, numbered } = field;
  const nodes: XmlNode[] = [];
  for (const each of fields) nodes.push(...nodesOf(each, value));
  const known = new Set(fields.map((each) => each.name));
  const others = Object.entries(value).filter(([key]) => !known.has(key));
  for (const [key, other] of others) if (isElement(key)) nodes.push(...foreignNodes(key, other));
  const attributes = {
    ...(numbered === true ? { Num: lengthAt(value, ['Item']) } : {}),
    ...attributesOf(Object.fromEntries(others)),
  };
  return [name, nodes, attributes];
}

function nodesOf(field: ConfigField, parent: ConfigObject): readonly XmlNode[] {
  if (field.readOnly === true) return [];
  if (field.counts !== undefined) return [[field.name, lengthAt(parent, field.counts)]];
  const value = Object.hasOwn(parent, field.name) ? parent[field.name] : undefined;
  if (value === undefined) return [];
  if (field.kind === 'list')
    return Array.isArray(value) ? value.map((each: ConfigValue) => configNode({ ...field, kind: 'group' }, each)) : [];
  // a list of nothing is left out, as the standard has it for answers
  if (field.numbered === true && isObject(value) && lengthAt(value, ['Item']) === 0) return [];
  return [configNode(field, value)];
}

function leafOf({ kind }: ConfigField, value: ConfigValue): ConfigValue {
  return Array.isArray(value) && kind !== 'list' ? value.map(String).join(kind === 'corners' ? ',' : '/') : value;
}

/** Entries of the list at the end of that way; 0 when there is none. */
export function lengthAt(value: ConfigObject, path: readonly string[]): number {
  let at: ConfigValue | undefined = value;
  for (const name of path) at = at !== undefined && isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  return Array.isArray(at) ? at.length : 0;
}

function foreignNodes(name: string, value: ConfigValue): readonly XmlNode[] {
  return Array.isArray(value) ? value.map((each: ConfigValue) => foreignNode(name, each)) : [foreignNode(name, value)];
}

function foreignNode(name: string, value: ConfigValue): XmlNode {
  if (!isObject(value)) return [name, typeof value === 'boolean' ? Number(value) : String(value)];
  const inner = Object.entries(value).flatMap(([key, each]) => (isElement(key) ? foreignNodes(key, each) : []));
  return [name, inner.length > 0 ? inner : String(value['#text'] ?? ''), attributesOf(value)];
}

function attributesOf(value: ConfigObject): Record<string, string> {
  const attributes = Object.entries(value).filter(([key]) => key.startsWith('@'));
  return Object.fromEntries(attributes.map(([key, each]) => [key.slice(1), String(each)]));
}

function isElement(key: string): boolean {
  return !key.startsWith('@') && key !== '#text';
}

/** An object of elements. */
export function isObject(value: ConfigValue): value is ConfigObject {
  return typeof value === 'object' && !Array.isArray(value);
}
