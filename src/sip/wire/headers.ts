/** Names as the standards spell them, by lower-case name; and RFC 3261 7.3.3 compact forms (with RFC 3265, 3515, 3841, 4028). */
const CANONICAL_NAMES: ReadonlyMap<string, string> = new Map(
  [
    'Accept',
    'Allow',
    'Allow-Events',
    'Authorization',
    'CSeq',
    'Call-ID',
    'Contact',
    'Content-Encoding',
    'Content-Length',
    'Content-Type',
    'Date',
    'Event',
    'Expires',
    'From',
    'Max-Forwards',
    'Min-Expires',
    'Monitor-User-Identity',
    'Note',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'Reason',
    'Record-Route',
    'Require',
    'Retry-After',
    'Route',
    'Server',
    'Subject',
    'Subscription-State',
    'Supported',
    'Timestamp',
    'To',
    'Unsupported',
    'User-Agent',
    'Via',
    'WWW-Authenticate',
    'Warning',
    'X-GB-Ver',
    'X-PreferredPath',
    'X-RoutePath',
  ].map((name) => [name.toLowerCase(), name]),
);

const COMPACT_FORMS: ReadonlyMap<string, string> = new Map([
  ['a', 'Accept-Contact'],
  ['b', 'Referred-By'],
  ['c', 'Content-Type'],
  ['e', 'Content-Encoding'],
  ['f', 'From'],
  ['i', 'Call-ID'],
  ['k', 'Supported'],
  ['l', 'Content-Length'],
  ['m', 'Contact'],
  ['o', 'Event'],
  ['r', 'Refer-To'],
  ['s', 'Subject'],
  ['t', 'To'],
  ['u', 'Allow-Events'],
  ['v', 'Via'],
  ['x', 'Session-Expires'],
]);

/** The spelling of a header name: compact forms spelled out, known names as in the standard, others as given. */
export function canonicalName(name: string): string {
  const key = name.toLowerCase();
  return COMPACT_FORMS.get(key) ?? CANONICAL_NAMES.get(key) ?? name;
}

interface Field {
  readonly key: string;
  readonly name: string;
  value: string;
}

/**
 * Header fields in the order of the message; names compare without case and with compact forms spelled out (SIP-9). Values are
 * unfolded and trimmed text, one character a byte (latin1), so that what is echoed is echoed byte for byte whatever its charset.
 */
export class Headers {
  readonly #fields: Field[] = [];

  /** Fields in this order. */
  static of(fields: Iterable<readonly [name: string, value: string]>): Headers {
    const headers = new Headers();
    for (const [name, value] of fields) headers.add(name, value);
    return headers;
  }

  get size(): number {
    return this.#fields.length;
  }

  /** The first value of that name. */
  get(name: string): string | undefined {
    const key = canonicalName(name).toLowerCase();
    for (const field of this.#fields) if (field.key === key) return field.value;
    return undefined;
  }

  /** The value of every field of that name, each as its line has it. */
  all(name: string): string[] {
    const key = canonicalName(name).toLowerCase();
    return this.#fields.filter((field) => field.key === key).map((field) => field.value);
  }

  /** The values of a comma-separated header (Via, Contact, Route, Allow), over all its lines: RFC 3261 7.3.1. */
  list(name: string): string[] {
    return this.all(name).flatMap(splitList);
  }

  /** Appends a field. */
  add(name: string, value: string): this {
    const spelled = canonicalName(name);
    this.#fields.push({ key: spelled.toLowerCase(), name: spelled, value });
    return this;
  }

  /** Puts a field before all others: where a new Via belongs. */
  prepend(name: string, value: string): this {
    const spelled = canonicalName(name);
    this.#fields.unshift({ key: spelled.toLowerCase(), name: spelled, value });
    return this;
  }

  /** Replaces the first field of that name and removes the others; appends it when there was none. */
  set(name: string, value: string): this {
    const key = canonicalName(name).toLowerCase();
    const first = this.#fields.find((field) => field.key === key);
    if (first === undefined) return this.add(name, value);
    first.value = value;
    this.#keep((field) => field === first || field.key !== key);
    return this;
  }

  /** Removes every field of that name. */
  delete(name: string): this {
    const key = canonicalName(name).toLowerCase();
    this.#keep((field) => field.key !== key);
    return this;
  }

  clone(): Headers {
    return Headers.of(this);
  }

  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    for (const field of this.#fields) yield [field.name, field.value];
  }

  #keep(wanted: (field: Field) => boolean): void {
    let kept = 0;
    for (const field of this.#fields) {
      if (wanted(field)) this.#fields[kept++] = field;
    }
    this.#fields.length = kept;
  }
}

/** Cuts at commas outside quotes and angle brackets; empty pieces are dropped. */
export function splitList(value: string): string[] {
  if (!value.includes(',')) return value === '' ? [] : [value];
  const pieces: string[] = [];
  let quoted = false;
  let bracketed = false;
  let start = 0;
  for (let i = 0; i <= value.length; i += 1) {
    const c = value[i];
    if (c === '\\' && quoted) i += 1;
    else if (c === '"') quoted = !quoted;
    else if (c === '<' && !quoted) bracketed = true;
    else if (c === '>' && !quoted) bracketed = false;
    if (i >= value.length || (c === ',' && !quoted && !bracketed)) {
      const piece = value.slice(start, i).trim();
      if (piece !== '') pieces.push(piece);
      start = i + 1;
    }
  }
  return pieces;
}
