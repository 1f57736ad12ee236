/** How a configuration is described: one table says how it is read, written, checked and documented. */

/** A value of a configuration as JSON. Elements that no table knows are text, or an object with `@attribute`, `#text` and elements. */
export type ConfigValue = string | number | boolean | readonly ConfigValue[] | ConfigObject;
export interface ConfigObject {
  readonly [element: string]: ConfigValue;
}

/**
 * One element. `flag` is 0 or 1, `secret` a text that is written and never shown, `integers` and `texts` are joined by `/`, `corners`
 * are four numbers joined by `,`; a `group` holds elements, a `list` is the same element again and again.
 */
export interface ConfigField {
  readonly name: string;
  readonly kind:
    | 'integer'
    | 'decimal'
    | 'text'
    | 'flag'
    | 'secret'
    | 'integers'
    | 'texts'
    | 'corners'
    | 'group'
    | 'list';
  /** A section that is written has it. */
  readonly required?: true;
  /** Stands in answers only. */
  readonly readOnly?: true;
  /** Bounds of the number; `most` of a text are its characters, of a list its entries. */
  readonly least?: number;
  readonly most?: number;
  /** Another spelling that devices answer with. */
  readonly alsoRead?: string;
  /** The number of entries of that list: elements on the way to it. Never taken from who writes. */
  readonly counts?: readonly string[];
  /** Its attribute `Num` says how many `Item` there are. */
  readonly numbered?: true;
  /** Entries with the same value of this are the same entry: one that is not named stays as it is. */
  readonly key?: string;
  readonly what?: string;
  readonly fields?: readonly ConfigField[];
}

type More = Omit<ConfigField, 'name' | 'kind' | 'fields'>;

/** Bounds of a whole number, and more about it. */
export const integer = (name: string, least: number, most: number, more: More = {}): ConfigField => ({
  name,
  kind: 'integer',
  least,
  most,
  ...more,
});
export const flag = (name: string, more: More = {}): ConfigField => ({ name, kind: 'flag', ...more });
export const text = (name: string, most: number, more: More = {}): ConfigField => ({
  name,
  kind: 'text',
  most,
  ...more,
});
export const group = (name: string, fields: readonly ConfigField[], more: More = {}): ConfigField => ({
  name,
  kind: 'group',
  fields,
  ...more,
});
/** Entries, at most so many. */
export const list = (name: string, most: number, fields: readonly ConfigField[], more: More = {}): ConfigField => ({
  name,
  kind: 'list',
  most,
  fields,
  ...more,
});
/** How many entries a list has: of us, never of who asks. */
export const count = (name: string, ...path: string[]): ConfigField => ({
  name,
  kind: 'integer',
  counts: path,
  what: 'Counted by the gateway when it is written',
});
