import type { ConfigField } from '../sip/manscdp/config-fields.ts';
import { CONFIG_SECTIONS } from '../sip/manscdp/config-sections.ts';

/** JSON Schema of configurations, from the table by which they are read and written. */

/** A schema, plain. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Names of every section, and of those that can be written. */
export const CONFIG_TYPES: readonly string[] = CONFIG_SECTIONS.map(({ type }) => type);

/**
 * What a change may say, by section: elements that no table knows are taken as they are, those that only answers have, and counts, are
 * taken and not written, so that what was read can be sent back.
 */
export function configChangeSchemas(): Readonly<Record<string, JsonSchema>> {
  const written = CONFIG_SECTIONS.filter(({ write }) => write !== 'never');
  return Object.fromEntries(written.map(({ type, field, write }) => [type, schemaOf(field, write === 'command')]));
}

/** What can be read and written, for who makes a form of it: sections that are not written by a change are `readOnly`. */
export function configFormSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    CONFIG_SECTIONS.map(({ type, field, write }) => {
      const schema = schemaOf(field, false);
      return [type, write === 'never' || write === 'command' ? { ...schema, readOnly: true } : schema];
    }),
  );
}

/** What an answer holds, by section. */
export function configAnswerSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(CONFIG_SECTIONS.map(({ type, field }) => [type, schemaOf(field, false)]));
}

function schemaOf(field: ConfigField, isWhole: boolean): JsonSchema {
  const { kind, least, most, fields = [], what, readOnly, counts } = field;
  const notes = {
    ...(what === undefined ? {} : { description: what }),
    ...(readOnly === true || counts !== undefined ? { readOnly: true } : {}),
    ...(kind === 'secret' ? { writeOnly: true } : {}),
  };
  const bounds = {
    ...(least === undefined ? {} : { minimum: least }),
    ...(most === undefined ? {} : { maximum: most }),
  };
  switch (kind) {
    case 'integer':
      return { type: 'integer', ...bounds, ...notes };
    case 'decimal':
      return { type: 'number', ...bounds, ...notes };
    case 'flag':
      return { type: 'boolean', ...notes };
    case 'text':
    case 'secret':
      return { type: 'string', ...(most === undefined ? {} : { maxLength: most }), ...notes };
    case 'integers':
      return { type: 'array', items: { type: 'integer' }, maxItems: 64, ...notes };
    case 'texts':
      return { type: 'array', items: { type: 'string', maxLength: 64 }, maxItems: 64, ...notes };
    case 'corners':
      return { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 4, maxItems: 4, ...notes };
    case 'list':
      return { type: 'array', items: objectOf(fields, true, field.key), maxItems: most, ...notes };
    case 'group':
      return { ...objectOf(fields, isWhole), ...notes };
  }
}

/** An entry of a list is given whole, unless it is known by a key: then it may say what changes only. */
function objectOf(fields: readonly ConfigField[], isWhole: boolean, key?: string): JsonSchema {
  const needed = fields.filter(({ name, required }) =>
    key === undefined ? required === true && isWhole : name === key,
  );
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((each) => [each.name, schemaOf(each, isWhole)])),
    ...(needed.length === 0 ? {} : { required: needed.map(({ name }) => name) }),
    additionalProperties: true,
  };
}
