// Writes src/event/event-input.ts from the one schema in core, so that the client needs nothing of core at run time.
import { writeFileSync } from 'node:fs';
import { EVENT_CATALOGUE, EventInputSchema } from '@attestry/core';

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

const HEADER = `// Made by generate/generate-event-types.ts from the event schema of @attestry/core. Do not edit.

/** A JSON value. \`undefined\` members are left out when an event is sent. */
export type JsonValue = string | number | boolean | null | undefined | readonly JsonValue[] | JsonObject;

/**
 * A free object, also one of an interface or a class. What JSON has no form for is sent in another one: dates and bigints as
 * texts, functions not at all.
 */
export interface JsonObject {
  // biome-ignore lint/suspicious/noExplicitAny: of all index signatures only this one takes objects of an interface
  readonly [name: string]: any; // oxlint-disable-line typescript/no-explicit-any -- the same
}
`;

function typeText(schema: Schema, indent: string): string {
  if (schema.enum !== undefined) return schema.enum.map((word) => `'${word}'`).join(' | ');
  if (Array.isArray(schema.type))
    return schema.type.map((type) => (type === 'boolean' ? 'boolean' : 'string')).join(' | ');
  switch (schema.type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
      return `readonly ${wrap(typeText(schema.items as Schema, indent))}[]`;
    case 'object':
      return schema.properties === undefined
        ? 'JsonObject'
        : `{\n${membersText(schema, `${indent}  `)}${indent}}`;
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

function wrap(text: string): string {
  return text.includes('|') ? `(${text})` : text;
}

function membersText(schema: Schema, indent: string): string {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {})
    .map(([name, member]) => {
      const doc = member.description === undefined ? '' : `${indent}/** ${member.description} */\n`;
      const type =
        name === 'type' && schema === (EventInputSchema as unknown)
          ? 'CatalogueType | (string & {})'
          : typeText(member, indent);
      const optional = required.has(name) ? '' : '?';
      return `${doc}${indent}readonly ${name}${optional}: ${type}${optional === '' ? '' : ' | undefined'};\n`;
    })
    .join('');
}

/** The text of src/event/event-input.ts. */
export function eventTypesText(): string {
  const names = Object.keys(EVENT_CATALOGUE).map((name) => `  | '${name}'`);
  const event = EventInputSchema as unknown as Schema;
  return `${HEADER}
/** A built-in event type. */
export type CatalogueType =
${names.join('\n')};

/** ${event.description ?? ''} */
export interface EventInput {
${membersText(event, '  ')}}
`;
}

if (import.meta.main) {
  writeFileSync(new URL('../src/event/event-input.ts', import.meta.url), eventTypesText());
}
