/**
 * The XML that cameras write: read by tag-level recovery, never refused (XML-3, XML-4, XML-5, XML-7). Raw `&` and `<`, NUL
 * bytes, missing and surplus close tags, `<! --` comments and any prolog are survived; every complete `Item` is salvaged.
 */

/** One element. Text is its own character data, trimmed; children keep their order. */
export interface XmlElement {
  name: string;
  text: string;
  attributes: Record<string, string>;
  children: XmlElement[];
}

/** MANSCDP nests 6 deep; a mutant may nest for ever. */
const MAX_DEPTH = 32;
/** 10,000 catalogue items (annex M) of about 30 fields. */
const MAX_ELEMENTS = 400_000;
/** The longest real tag is `<DeviceList Num="10000">`; a bound keeps a body of unclosed tags linear. */
const MAX_TAG_LENGTH = 1024;
const MAX_ATTRIBUTES = 16;
/** A comment or CDATA: no field has more than 1,024 characters (`ExtraInfo`). */
const MAX_SPECIAL_LENGTH = 4096;

const TAG = /^([A-Za-z_][\w.:-]*)((?:[\s/]|$)[\s\S]*)?$/;

/** What a reader mended: raw `&` and `<` (XML-3), NULs and tags that do not match (XML-4), other case and values as attributes (XML-5), prolog and comments (XML-7). */
export type XmlRepair = 'XML-3' | 'XML-4' | 'XML-5' | 'XML-7';

/** Attributes that the standard itself uses, or any namespace. */
const LAWFUL_ATTRIBUTE = /^(?:num|xmlns(?::.*)?|xsi:.*)$/i;

/** Reads a document; null when it holds no element at all. What had to be mended is added to `repairs`. */
export function readXml(text: string, repairs: Set<XmlRepair> = new Set()): XmlElement | null {
  const top: XmlElement = { name: '', text: '', attributes: {}, children: [] };
  const stack: XmlElement[] = [top];
  const marks = new Marks(text);
  let elements = 0;
  let at = 0;
  const addText = (piece: string): void => {
    if (piece.length === 0) return;
    if (piece.includes('&') && RAW_AMPERSAND.test(piece)) repairs.add('XML-3');
    if (stack.length === 1 && /[^\s\0\ufeff]/.test(piece)) repairs.add('XML-4'); // junk around the root
    stack[stack.length - 1]!.text += decodeEntities(piece);
  };
  const addStray = (piece: string, repair: XmlRepair | null): void => {
    if (repair !== null) repairs.add(repair);
    stack[stack.length - 1]!.text += piece;
  };
  while (at < text.length) {
    const open = text.indexOf('<', at);
    if (open < 0) {
      addText(text.slice(at));
      break;
    }
    addText(text.slice(at, open));
    const special = skipSpecial(text, open, marks);
    if (special !== null) {
      if (special.odd) repairs.add('XML-7');
      addStray(special.text, null);
      at = special.next;
      continue;
    }
    const end = tagEnd(text, open);
    const closing = text[open + 1] === '/';
    const body = end < 0 ? '' : text.slice(open + (closing ? 2 : 1), end).trimEnd();
    const tag = end < 0 ? null : TAG.exec(body);
    if (tag === null) {
      // a stray `<` in a name (XML-3): text
      if (!(closing && end >= 0)) addStray('<', 'XML-3');
      at = closing && end >= 0 ? end + 1 : open + 1;
      continue;
    }
    at = end + 1;
    const name = tag[1]!;
    if (closing) {
      closeTo(stack, name, repairs);
      continue;
    }
    if (elements >= MAX_ELEMENTS || stack.length > MAX_DEPTH) continue;
    elements += 1;
    // an Item never holds an Item: a second one means that the first was never closed (XML-4)
    if (name === 'Item') closeOpenItem(stack, repairs);
    const rest = tag[2] ?? '';
    const element: XmlElement = { name, text: '', attributes: rest === '' ? {} : readAttributes(rest), children: [] };
    if (Object.keys(element.attributes).some((key) => !LAWFUL_ATTRIBUTE.test(key))) repairs.add('XML-5');
    stack[stack.length - 1]!.children.push(element);
    if (!rest.endsWith('/')) stack.push(element);
  }
  if (stack.length > 1) repairs.add('XML-4');
  if (text.includes('\0')) repairs.add('XML-4');
  while (stack.length > 1) finish(stack.pop()!);
  return top.children[0] ?? null;
}

/**
 * Comments, CDATA, prolog. Null when the `<` opens something else, or one of these that never ends or would swallow an Item: then it
 * is a stray `<` (XML-4).
 */
function skipSpecial(text: string, open: number, marks: Marks): { text: string; next: number; odd: boolean } | null {
  const second = text[open + 1];
  if (second !== '?' && second !== '!') return null;
  // the samples of the field write `<! -- … -->`
  const isComment = /^<!\s{0,4}--/.test(text.slice(open, open + 10));
  const isData = text.startsWith('<![CDATA[', open);
  const mark = isComment ? '-->' : isData ? ']]>' : '>';
  const end = marks.next(mark, open + 2);
  if (end - open > MAX_SPECIAL_LENGTH || marks.next(isComment || isData ? '<Item' : '<', open + 1) < end) return null;
  const inside = text.slice(open + 1, end);
  const next = end + mark.length;
  if (isData) return { text: inside.slice(8), next, odd: false };
  if (isComment) return { text: '', next, odd: !text.startsWith('<!--', open) };
  return { text: '', next, odd: second === '!' || /\sstandalone\s*=(?!\s*["']?(?:yes|no)\b)/i.test(inside) };
}

/** Where marks come next, for a reader that only goes forward: a mark that is far away, or nowhere, is looked for once. */
class Marks {
  readonly #text: string;
  readonly #at = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** The first place of `mark` from `from` on; infinity when there is none. */
  next(mark: string, from: number): number {
    let at = this.#at.get(mark) ?? -1;
    if (at >= from) return at;
    at = this.#text.indexOf(mark, from);
    if (at < 0) at = Number.POSITIVE_INFINITY;
    this.#at.set(mark, at);
    return at;
  }
}

/** Offset of the `>` that ends the tag at `open`; −1 when another `<` or the limit comes first. */
function tagEnd(text: string, open: number): number {
  const limit = Math.min(text.length, open + MAX_TAG_LENGTH);
  for (let i = open + 1; i < limit; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 0x3e) return i;
    if (c === 0x3c) return -1;
  }
  return -1;
}

function readAttributes(rest: string): Record<string, string> {
  const out: Record<string, string> = Object.create(null);
  let count = 0;
  for (const found of rest.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s/]+))/g)) {
    if (count++ >= MAX_ATTRIBUTES) break;
    out[found[1]!] = decodeEntities(found[2] ?? found[3] ?? found[4] ?? '').trim();
  }
  return out;
}

/** Closes down to the nearest open element of that name; a close tag without one is ignored. */
function closeTo(stack: XmlElement[], name: string, repairs: Set<XmlRepair>): void {
  let index = stack.length - 1;
  while (index > 0 && !sameName(stack[index]!.name, name)) index -= 1;
  if (index === 0) {
    repairs.add('XML-4');
    return;
  }
  if (stack[index]!.name !== name) repairs.add('XML-5');
  while (stack.length - 1 > index)
    repairs.add(unclosed(stack.pop()!, stack[stack.length - 1]!) === 'text' ? 'XML-3' : 'XML-4');
  finish(stack.pop()!);
}

function closeOpenItem(stack: XmlElement[], repairs: Set<XmlRepair>): void {
  const depth = stack.length - 1;
  if (stack[depth]!.name !== 'Item' && stack[depth - 1]?.name !== 'Item') return;
  repairs.add('XML-4');
  closeTo(stack, 'Item', repairs);
}

/**
 * An element whose close tag never came. Inside text (`a<b>c`) it was no tag but text (XML-3); otherwise it is kept as a leaf
 * and what it seemed to hold becomes its siblings (XML-4).
 */
function unclosed(element: XmlElement, parent: XmlElement): 'text' | 'tag' {
  if (
    parent.children[parent.children.length - 1] === element &&
    element.children.length === 0 &&
    parent.text.trim() !== ''
  ) {
    parent.children.pop();
    parent.text += `<${element.name}>${element.text}`;
    return 'text';
  }
  // one without text of its own is a list or an Item: it keeps what it holds
  const inner = element.text.trim() === '' ? [] : element.children;
  if (inner.length > 0) element.children = [];
  finish(element);
  for (const child of inner) parent.children.push(child);
  return 'tag';
}

function finish(element: XmlElement): void {
  element.text = element.text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').trim();
}

function sameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** An `&` that begins no entity we know. */
const RAW_AMPERSAND = /&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|(?:lt|gt|amp|quot|apos);)/;

/** Known entities and character references; a raw `&` stays what it is (XML-3). */
function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));/g, (whole, dec, hex, name) => {
    if (name !== undefined) return ENTITIES[name as string]!;
    const code = dec !== undefined ? Number(dec) : Number.parseInt(hex as string, 16);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

/** The first child of that name, whatever its case (XML-5). */
export function child(element: XmlElement, name: string): XmlElement | null {
  return element.children.find((c) => sameName(c.name, name)) ?? null;
}

/** All children of that name. */
export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((c) => sameName(c.name, name));
}

/** Text of a child, or the attribute of that name (XML-5), trimmed; null when there is neither. */
export function textOf(element: XmlElement, name: string): string | null {
  const found = child(element, name);
  if (found !== null) return found.text;
  for (const [key, value] of Object.entries(element.attributes)) if (sameName(key, name)) return value;
  return null;
}

/** A whole number of a child: null when absent, empty or not a number (XML-12). */
export function integerOf(element: XmlElement, name: string): number | null {
  const text = textOf(element, name);
  return text !== null && /^[+-]?\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Items at any depth: a body whose list was damaged, or that holds a tag that was never closed, has them somewhere below (XML-4). */
export function* itemsBelow(element: XmlElement): IterableIterator<XmlElement> {
  for (const inner of element.children) {
    if (inner.name.toLowerCase() === 'item') yield inner;
    else if (inner.children.length > 0) yield* itemsBelow(inner);
  }
}

/** What a writer gives: a text, or children in order; undefined is left out. */
export type XmlContent = string | number | readonly XmlNode[];
export type XmlNode = readonly [
  name: string,
  content: XmlContent | undefined,
  attributes?: Record<string, string | number>,
];

/** Writes a document with the declaration that devices of the edition expect. CRLF line ends. */
export function writeXml(root: XmlNode, declaredEncoding: string): string {
  return `<?xml version="1.0" encoding="${declaredEncoding}"?>\r\n${writeNode(root)}`;
}

function writeNode([name, content, attributes]: XmlNode): string {
  if (content === undefined) return '';
  const head = Object.entries(attributes ?? {})
    .map(([key, value]) => ` ${key}="${escapeText(String(value))}"`)
    .join('');
  const body = typeof content === 'object' ? `\r\n${content.map(writeNode).join('')}` : escapeText(String(content));
  return `<${name}${head}>${body}</${name}>\r\n`;
}

function escapeText(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
