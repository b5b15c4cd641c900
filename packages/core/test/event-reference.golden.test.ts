import { describe, expect, it } from 'vitest';
import {
  defaultSeverity,
  EVENT_CATALOGUE,
  EVENT_CATEGORIES,
  EventInputSchema,
  EventViewSchema,
  impliedStatus,
  PROBLEM_CODES,
} from '../src/index.ts';

interface MemberSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, MemberSchema>>;
  readonly required?: readonly string[];
  readonly items?: MemberSchema;
}

function typeText(schema: MemberSchema): string {
  if (schema.enum !== undefined) {
    return schema.enum.map((word) => `\`${word}\``).join(' ');
  }
  const type = schema.format ?? [schema.type ?? []].flat().join(' or ');
  if (schema.maxLength !== undefined) {
    return `${type}, <= ${schema.maxLength} characters`;
  }
  if (schema.maxItems !== undefined) {
    return `${type}, <= ${schema.maxItems} items`;
  }
  if (schema.maximum !== undefined) {
    const most = schema.maximum === Number.MAX_SAFE_INTEGER ? '' : ` to ${schema.maximum}`;
    return `${type} from ${schema.minimum}${most}`;
  }
  return type;
}

function* rows(schema: MemberSchema, path: string, known: MemberSchema = {}): Generator<string> {
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (known.properties?.[name] !== undefined) {
      continue;
    }
    const isNeeded = schema.required?.includes(name) === true;
    const at = path === '' ? name : `${path}.${name}`;
    yield `| \`${at}\`${isNeeded ? ' (needed)' : ''} | ${typeText(member)} | ${member.description} |`;
    yield* rows(member, at);
    if (member.items?.properties !== undefined) {
      yield* rows(member.items, `${at}[]`);
    }
  }
}

function reference(): string {
  const lines = [
    '<!-- Made from the code by packages/core/test/event-reference.golden.test.ts; do not edit. -->',
    '',
    '# Event reference',
    '',
    'The [event model](event-model.md) explains; this page lists.',
    '',
    '## Members that you send',
    '',
    'Only `type` is needed; inside an object, what is marked. Lengths count characters (Unicode code points).',
    '',
    '| member | type and limit | meaning |',
    '|---|---|---|',
    ...rows(EventInputSchema as unknown as MemberSchema, ''),
    '',
    '## Members that readers get besides',
    '',
    '| member | type and limit | meaning |',
    '|---|---|---|',
    ...rows(EventViewSchema as unknown as MemberSchema, '', EventInputSchema as unknown as MemberSchema),
    '',
    '## Built-in event types',
    '',
  ];
  for (const category of EVENT_CATEGORIES) {
    lines.push(`### ${category}`, '', '| type | severity | outcome | says |', '|---|---|---|---|');
    for (const [name, entry] of Object.entries(EVENT_CATALOGUE)) {
      if (entry.category === category) {
        lines.push(
          `| \`${name}\` | ${entry.severity} | ${impliedStatus(name) ?? ''} | ${entry.description} |`,
        );
      }
    }
    lines.push('');
  }
  lines.push('## Why an event is refused', '', '| code | says |', '|---|---|');
  for (const [code, meaning] of Object.entries(PROBLEM_CODES)) {
    lines.push(`| \`${code}\` | ${meaning} |`);
  }
  return `${lines.join('\n')}\n`;
}

describe('the event reference', () => {
  it('is what docs/event-reference.md says', async () => {
    await expect(reference()).toMatchFileSnapshot('../../../docs/event-reference.md');
  });

  it('gives the severities that events really get', () => {
    for (const [type, { category, severity }] of Object.entries(EVENT_CATALOGUE)) {
      expect(
        defaultSeverity({ type, category, status: impliedStatus(type), httpStatus: undefined }),
        type,
      ).toBe(severity);
    }
  });
});
