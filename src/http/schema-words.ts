import type { ErrorObject } from 'ajv';

/** What a value must be, in words for whoever sent it. The checker has to be `verbose`, so that errors carry their schema; `x-form` there says what a pattern means. */

/** What is wrong, and where: `place` is a path such as `/rules/0/record`. Of a choice the words name every way out. */
export function mistakeOf(errors: readonly ErrorObject[]): { place: string; words: string; error: ErrorObject } | null {
  const [first] = errors;
  const last = errors.at(-1);
  if (first === undefined || last === undefined) return null;
  if (last.keyword !== 'anyOf') return { place: first.instancePath, words: wordsOf(first), error: first };
  // Who sent an object means the kind that is one: what is wrong inside says more than that null would do.
  const inside = errors.find((error) => error.instancePath.length > last.instancePath.length);
  if (inside !== undefined) return { place: inside.instancePath, words: wordsOf(inside), error: inside };
  const here = errors.filter((error) => error !== last && error.instancePath === last.instancePath);
  const unknown = here.find((error) => error.keyword === 'additionalProperties');
  if (unknown !== undefined) return { place: unknown.instancePath, words: wordsOf(unknown), error: unknown };
  const ways = new Set(here.map(wordsOf).map((words, at) => (at === 0 ? words : words.replace(/^must be /, ''))));
  return { place: last.instancePath, words: [...ways].join(' or '), error: last };
}

/** `must be …`, `needs …`, `has …`. */
function wordsOf(error: ErrorObject): string {
  const { keyword, params } = error;
  const schema = (error.parentSchema ?? {}) as { enum?: unknown[]; 'x-form'?: string; properties?: object };
  switch (keyword) {
    case 'required':
      return `needs "${params.missingProperty}"`;
    case 'additionalProperties':
      return `has the unknown key "${params.additionalProperty}"${known(Object.keys(schema.properties ?? {}))}`;
    case 'type':
      if (schema.enum !== undefined) return `must be ${listed(schema.enum)}`;
      return `must be ${[params.type].flat().map(kind).join(' or ')}`;
    case 'enum':
      return `must be ${listed(params.allowedValues as unknown[])}`;
    case 'const':
      return `must be ${String(params.allowedValue)}`;
    case 'minProperties':
    case 'minItems':
      return params.limit === 1 ? 'must not be empty' : `needs ${params.limit} entries at least`;
    case 'maxItems':
      return `has more than ${params.limit} entries`;
    case 'minLength':
      return params.limit === 1 ? 'must not be empty' : `needs ${params.limit} characters at least`;
    case 'maxLength':
      return `has more than ${params.limit} characters`;
    case 'pattern':
      return schema['x-form'] === undefined ? `must match ${params.pattern}` : `must be ${schema['x-form']}`;
    case 'format':
      return params.format === 'date-time'
        ? 'must be a time such as 2026-01-05T14:00:00+08:00'
        : `must be of the form ${params.format}`;
    default:
      return error.message ?? 'is not usable';
  }
}

/** Longer lists would hide the mistake. */
const MAX_KEYS = 20;

function known(keys: readonly string[]): string {
  return keys.length === 0 || keys.length > MAX_KEYS ? '' : `; there are: ${keys.join(', ')}`;
}

function listed(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of: ${values.join(', ')}`;
}

function kind(type: string): string {
  return KINDS[type] ?? type;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};
