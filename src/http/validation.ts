import { Ajv, type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify';
import { mistakeOf } from './schema-words.ts';

const options = { allErrors: false, verbose: true, useDefaults: true, allowUnionTypes: true, strict: false } as const;

/** Bodies are taken as they are; text of an address is turned into the numbers and booleans its schema names. */
export function validateRequests(app: FastifyInstance): void {
  const exact = new Ajv(options);
  const fromText = new Ajv({ ...options, coerceTypes: true });
  addFormats.default(exact);
  addFormats.default(fromText);
  const compile: FastifySchemaCompiler<object> = ({ schema, httpPart }) => {
    const check = (httpPart === 'body' ? exact : fromText).compile(schema);
    const isStrict =
      httpPart === 'querystring' && (schema as { additionalProperties?: boolean }).additionalProperties === false;
    return (given: unknown) => {
      const value = isStrict ? withoutCredentials(given as Record<string, unknown>) : given;
      return check(value) ? { value } : { error: new Error(sentence(check.errors, httpPart)) };
    };
  };
  app.setValidatorCompiler(compile);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
}

/** What may stand in any address, and was looked at before. */
function withoutCredentials({ token, sign, expires, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest;
}

/**
 * For a body that is one of several kinds by the word in `key`: what is wrong is said of that kind, not of all of them.
 * Everything but the body is checked as everywhere.
 */
export function validateByWord(
  app: FastifyInstance,
  key: string,
  kinds: Readonly<Record<string, object>>,
): FastifySchemaCompiler<object> {
  const ajv = new Ajv(options);
  addFormats.default(ajv);
  const checks = new Map(Object.entries(kinds).map(([word, schema]) => [word, ajv.compile(schema)]));
  const others = app.validatorCompiler;
  return (route) => {
    if (route.httpPart !== 'body') return others?.(route) ?? ((value: unknown) => ({ value }));
    return (value: unknown) => {
      const word = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
      const check = typeof word === 'string' ? checks.get(word) : undefined;
      if (check === undefined)
        return { error: new Error(`body.${key} must be one of: ${[...checks.keys()].join(', ')}.`) };
      return check(value) ? { value } : { error: new Error(sentence(check.errors, 'body')) };
    };
  };
}

function sentence(errors: readonly ErrorObject[] | null | undefined, part: string | undefined): string {
  const where = part === 'querystring' ? 'query' : part === 'params' ? 'address' : (part ?? 'request');
  const mistake = mistakeOf(errors ?? []);
  if (mistake === null) return `The ${where} is not as it should be.`;
  return `${where}${mistake.place.replaceAll('/', '.')} ${mistake.words}.`;
}
