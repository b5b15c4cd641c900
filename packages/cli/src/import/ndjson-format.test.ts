import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ndjsonFormat } from './ndjson-format.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestry-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function extract(text: string, file = 'events.ndjson', mapFile?: string) {
  return [...ndjsonFormat(mapFile).extract(text, file)];
}

function mapFile(content: unknown): string {
  const file = join(folder, 'map.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const ID = '293ba626-3be5-4a26-ab1b-0f4c54f49959';

describe('native events', () => {
  it('pass through as they stand', () => {
    const line = `{"id":"${ID}","type":"a.b", "x":1.0,"x":2}`;
    expect(extract(`${line}\r\n\n  \n${line}`)).toEqual([
      { kind: 'event', json: line, place: 'line 1' },
      { kind: 'event', json: line, place: 'line 4' },
    ]);
  });

  it('get an id that is the same in a second import, and differs between equal lines', () => {
    const text = '{"type":"a.b"}\n{"type":"a.b"}\n';
    const ids = extract(text).map(
      (found) => JSON.parse(found.kind === 'event' ? found.json : '{}').id as string,
    );
    expect(new Set(ids).size).toBe(2);
    expect(extract(text, 'elsewhere/events.ndjson')).toEqual(extract(text));
    expect(extract(text, 'other.ndjson')).not.toEqual(extract(text));
  });

  it('name the line that is none', () => {
    expect(extract('{"type":"a.b"}\n{"type":\n[1]\n"x"\n')).toMatchObject([
      { kind: 'event' },
      { kind: 'problem', problem: { place: 'line 2', code: 'invalid_json' } },
      { kind: 'problem', problem: { place: 'line 3', code: 'not_an_event' } },
      { kind: 'problem', problem: { place: 'line 4', code: 'not_an_event' } },
    ]);
    expect(extract(`{"a":"${'x'.repeat(400_000)}"}`)).toMatchObject([
      { problem: { code: 'record_too_large' } },
    ]);
  });
});

describe('a mapping', () => {
  it('makes events of other lines', () => {
    const file = mapFile({
      type: { value: 'order.paid' },
      occurred_at: { from: 'ts' },
      'actor.type': { value: 'user' },
      'actor.id': { from: 'user.id' },
      'action.status': { from: 'ok', words: { true: 'success', false: 'failure' } },
      metadata: { from: 'details' },
      'metadata.line': { from: '' },
    });
    const line = { ts: '2026-01-01T00:00:00Z', user: { id: 'u-1' }, ok: false, details: { a: 1 } };
    const [found] = extract(JSON.stringify(line), 'log.ndjson', file);
    expect(found?.kind).toBe('event');
    const { id, ...event } = JSON.parse(found?.kind === 'event' ? found.json : '{}') as Record<
      string,
      unknown
    >;
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(event).toEqual({
      type: 'order.paid',
      occurred_at: '2026-01-01T00:00:00Z',
      actor: { type: 'user', id: 'u-1' },
      action: { status: 'failure' },
      metadata: { a: 1, line },
    });
  });

  it.each([
    [{ type: 'x' }, /"type" must be an object/],
    [{ type: {} }, /needs either/],
    [{ type: { from: 'a', value: 'b' } }, /needs either/],
    [{ type: { form: 'a' } }, /unknown member "form"/],
    [{ 'a..b': { from: 'a' } }, /is not a member/],
    [{ 'metadata.__proto__': { from: 'a' } }, /is not a member/],
    [[], /one JSON object/],
  ])('%j is refused with the rule', (content, message) => {
    expect(() => ndjsonFormat(mapFile(content))).toThrow(message);
  });

  it('must exist', () => {
    expect(() => ndjsonFormat(join(folder, 'none.json'))).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
