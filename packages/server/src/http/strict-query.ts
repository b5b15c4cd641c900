import type { ValidateFunction } from 'ajv';
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { invalidParameter } from '../errors/api-error.ts';

/** Decimal digits as everybody writes them. Ajv also reads `1e2`, `01`, `0x10` and ` 7` as numbers. */
const INTEGER = /^(?:0|-?[1-9][0-9]*)$/;

interface QuerySchema {
  readonly properties?: Readonly<Record<string, { readonly type?: string }>>;
}

/** As Fastify calls it. @returns Ajv's own answer, or the error to send */
interface QueryCheck {
  (query: unknown): boolean | { readonly error: Error };
  errors?: FastifySchemaValidationError[] | null;
}

/** Ajv's answer. */
interface SchemaCheck {
  (part: unknown): boolean;
  errors?: FastifySchemaValidationError[] | null;
}

/** A check that is compiled by the first request that needs it: all of them together were half of a start. */
export function compiledOnDemand(compile: () => ValidateFunction): SchemaCheck {
  let compiled: ValidateFunction | undefined;
  const check: SchemaCheck = (part) => {
    compiled ??= compile();
    const isValid = compiled(part) as boolean;
    check.errors = compiled.errors as FastifySchemaValidationError[] | null;
    return isValid;
  };
  return check;
}

/** What to say of a parameter that is no list and was given more than once. */
export function repeatedDetail(name: string, count: number): string {
  return `The parameter ${name} was given ${count === 2 ? 'twice' : `${count} times`}; it can be given once.`;
}

/**
 * Says first what Ajv takes or calls by another name: numbers in odd spellings, and parameters given more than once
 * that are no lists (it would take the text for one of another type).
 *
 * @param schema the schema of the query string
 * @param check  what Ajv says of it
 */
export function strictQuery(schema: QuerySchema, check: SchemaCheck): QueryCheck {
  const single = Object.entries(schema.properties ?? {}).filter(([, { type }]) => type !== 'array');
  const strict: QueryCheck = (query) => {
    const given = query as Readonly<Record<string, string | string[] | undefined>>;
    for (const [name, { type }] of single) {
      const value = given[name];
      if (Array.isArray(value)) return { error: invalidParameter(name, repeatedDetail(name, value.length)) };
      if (type === 'integer' && value !== undefined && !INTEGER.test(value)) {
        const detail = `The parameter ${name} must be an integer, written in digits such as 100.`;
        return { error: invalidParameter(name, detail) };
      }
    }
    const isValid = check(query);
    strict.errors = check.errors ?? null;
    return isValid;
  };
  return strict;
}
