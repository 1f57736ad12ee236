import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** Holds live answers against the OpenAPI document: status, media type and every field. */

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: object }>> }>>;
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

export class Document {
  readonly #ajv = new Ajv2020({ strict: false });
  readonly #paths: readonly { readonly shape: RegExp; readonly of: Paths[string] }[];
  readonly #checks = new Map<object, ValidateFunction>();

  constructor(paths: Paths) {
    addFormats.default(this.#ajv);
    // `/alarms/words` before `/alarms/{id}`
    const parameters = (path: string) => path.split('{').length;
    this.#paths = Object.keys(paths)
      .sort((a, b) => parameters(a) - parameters(b))
      .map((path) => ({ shape: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`), of: paths[path]! }));
  }

  /** Asserts that an answer is one of those that the document names. What it names no call of is not looked at. */
  check(method: string, path: string, answer: { status: number; type: string; text: string }): void {
    const place = path.split('?')[0] ?? '';
    const operation = this.#paths.find(({ shape }) => shape.test(place))?.of[method.toLowerCase()];
    if (operation === undefined) return;
    const named =
      operation.responses[answer.status] ?? (answer.status >= 400 ? operation.responses.default : undefined);
    const said = `${method} ${path} answers ${answer.status} ${answer.type}`;
    assert.ok(named, `${said}, which the API document does not name`);
    if (answer.text === '') return;
    const media = named.content?.[answer.type.split(';')[0] ?? ''];
    assert.ok(media, `${said}, which the API document does not name`);
    if (!answer.type.includes('json')) return;
    const check = this.#checks.get(media.schema) ?? this.#ajv.compile(closed(media.schema));
    this.#checks.set(media.schema, check);
    assert.ok(check(JSON.parse(answer.text)), `${said}: ${this.#ajv.errorsText(check.errors)}\n${answer.text}`);
  }
}

/** Objects that hold more than the document can name, and say so in words. */
const OPEN = new Set(['Channel']);

/** The same schema, with nothing beyond what it names. */
function closed<T>(schema: T): T {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed) as T;
  const parts = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, closed(part)]));
  const isOpen = !('properties' in schema) || 'additionalProperties' in schema || OPEN.has(String(parts.title));
  return (isOpen ? parts : { ...parts, additionalProperties: false }) as T;
}
