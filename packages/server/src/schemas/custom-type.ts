import { isIP } from 'node:net';
import type { NormalizedEvent, PersonalDeclaration } from '@attestry/core';
import { parseRfc3339 } from '@attestry/core';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { judgeSchema, type PersonalPath, type SchemaProblem } from './judge-schema.ts';

/** A tenant's own event type, one version of it. */
export interface EventSchemaRow {
  readonly type: string;
  readonly version: number;
  readonly schema: object;
  readonly category?: string;
  readonly severity?: string;
  readonly description?: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
}

/** Formats that are checked; each is linear. Unknown ones are refused when the schema is made. */
const FORMATS = {
  'date-time': (text: string): boolean => parseRfc3339(text) !== undefined,
  date: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
  uuid: /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
  ipv4: (text: string): boolean => isIP(text) === 4,
  ipv6: (text: string): boolean => isIP(text) === 6,
  email: /^[^\s@]{1,64}@[^\s@]{1,255}$/,
  uri: (text: string): boolean => URL.canParse(text),
};

/** Members of the personal declaration a schema may add to one event. */
const PERSONAL_PLACES_MAX = 64;

function place(error: ErrorObject): { readonly path: string; readonly detail: string } {
  const params = error.params as Readonly<Record<string, unknown>>;
  const member = params.additionalProperty ?? params.missingProperty;
  const name = typeof member === 'string' ? `/${member.replaceAll('~', '~0').replaceAll('/', '~1')}` : '';
  const path = `${error.instancePath}${name}`;
  return { path, detail: `${path === '' ? 'The event' : path} ${wordsFor(error)}.` };
}

/** What is wrong at the place, reading on from its name. */
function wordsFor(error: ErrorObject): string {
  if (error.keyword === 'required') return 'is missing; the schema of the type needs it';
  if (error.keyword === 'additionalProperties') return 'is not in the schema of the type';
  if (error.keyword === 'enum') return `must be one of ${JSON.stringify(error.params['allowedValues'])}`;
  return error.message ?? 'does not fit';
}

/** Ajv's message about a schema it cannot compile, as a place and a sentence that reads on from it. */
function compileProblem(message: string): SchemaProblem {
  const said = message.replace(/^strict mode: /, '').replace(/^schema is invalid: /, '');
  const at = /^(.*?)(?: ignored in schema)? at (?:path )?"#([^"]*)"(?: \(\w+\))?$/.exec(said);
  const what = (at?.[1] ?? said).replace(/^unknown format/, 'names an unknown format:');
  const isWord = /^names /.test(what);
  return { path: at?.[2] ?? '', detail: isWord ? what : `cannot be compiled: ${what}` };
}

/** A compiled custom type: checks events of the type, and names their personal members. */
export class CustomType {
  readonly row: EventSchemaRow;
  readonly #validate: ValidateFunction;
  readonly #personal: readonly PersonalPath[];

  private constructor(row: EventSchemaRow, validate: ValidateFunction, personal: readonly PersonalPath[]) {
    this.row = row;
    this.#validate = validate;
    this.#personal = personal;
  }

  /** Judges and compiles; returns the problem when the schema cannot be used. */
  static compile(row: EventSchemaRow): CustomType | SchemaProblem {
    const judged = judgeSchema(row.schema);
    if ('path' in judged) return judged;
    const ajv = new Ajv2020({
      strict: true,
      strictRequired: false,
      strictTypes: false,
      allowMatchingProperties: true,
      allErrors: false,
      formats: FORMATS,
      logger: false,
    });
    ajv.addKeyword({ keyword: 'x-personal', schemaType: 'boolean' });
    try {
      if (ajv.validateSchema(row.schema) !== true) {
        const [error] = ajv.errors ?? [];
        return error === undefined
          ? { path: '', detail: 'is not a JSON Schema' }
          : { path: error.instancePath, detail: wordsFor(error) };
      }
      return new CustomType(row, ajv.compile(row.schema), judged.personal);
    } catch (error) {
      // Whatever the compiler does not take is the schema's mistake: it was given nothing else.
      return compileProblem(error instanceof Error ? error.message : String(error));
    }
  }

  /** The event with the type's own category and severity where it names none. */
  applyDefaults(value: unknown): unknown {
    const { category, severity } = this.row;
    const given = value as Record<string, unknown>;
    return {
      ...given,
      ...(category === undefined || given.category !== undefined ? {} : { category }),
      ...(severity === undefined || given.severity !== undefined ? {} : { severity }),
    };
  }

  /** The first member that does not fit, or the personal members of this event (the subject is its actor). */
  check(
    event: NormalizedEvent,
  ):
    | { readonly path: string; readonly detail: string }
    | { readonly personal: readonly PersonalDeclaration[] } {
    if (!this.#validate(event)) {
      const [error] = this.#validate.errors ?? [];
      return error === undefined ? { path: '', detail: 'The event does not fit its schema.' } : place(error);
    }
    const paths = this.#personal.flatMap((personal) => expand(event, personal));
    if (paths.length === 0) return { personal: [] };
    if (paths.length > PERSONAL_PLACES_MAX) {
      return {
        path: paths[PERSONAL_PLACES_MAX] ?? '',
        detail: `The schema marks more than ${PERSONAL_PLACES_MAX} members of this event as personal.`,
      };
    }
    // Without a subject they are the actor's, whatever is known of it (event.md).
    return { personal: [{ paths }] };
  }
}

/** The pointers of an event that a personal place means; absent ones are left out. */
function expand(event: object, personal: PersonalPath): string[] {
  let found: { value: unknown; pointer: string }[] = [{ value: event, pointer: '' }];
  for (const step of personal) {
    found = found.flatMap(({ value, pointer }) => {
      if (typeof value !== 'object' || value === null) return [];
      const names = step === '*' ? Object.keys(value) : Object.hasOwn(value, step) ? [step] : [];
      return names.map((name) => ({
        value: (value as Record<string, unknown>)[name],
        pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      }));
    });
  }
  return found.map(({ pointer }) => pointer).filter((pointer) => pointer !== '');
}
