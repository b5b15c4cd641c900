import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveConnection } from './connection.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestry-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function cliFile(content: unknown): void {
  writeFileSync(join(folder, 'cli.json'), JSON.stringify(content));
}

describe('resolveConnection', () => {
  it('takes options first, then the environment, then cli.json', () => {
    cliFile({ url: 'http://127.0.0.1:1', key: 'file' });
    const environment = { ATTESTRY_DATA_DIR: folder };
    expect(resolveConnection({}, environment)).toMatchObject({ url: 'http://127.0.0.1:1', key: 'file' });
    const both = { ...environment, ATTESTRY_URL: 'http://env:2/', ATTESTRY_API_KEY: 'env' };
    expect(resolveConnection({}, both)).toMatchObject({ url: 'http://env:2', key: 'env' });
    expect(resolveConnection({ url: 'http://flag:3', key: 'flag' }, both)).toMatchObject({
      url: 'http://flag:3',
      key: 'flag',
    });
  });

  it('never sends the key of cli.json to another server', () => {
    cliFile({ url: 'http://127.0.0.1:1', key: 'file' });
    const environment = { ATTESTRY_DATA_DIR: folder };
    expect(() => resolveConnection({ url: 'https://elsewhere.example' }, environment)).toThrow(
      /no key for https:\/\/elsewhere/,
    );
    expect(resolveConnection({ url: 'http://127.0.0.1:1/' }, environment).key).toBe('file');
  });

  it('says what is missing and what to do', () => {
    const environment = { ATTESTRY_DATA_DIR: folder };
    expect(() => resolveConnection({}, environment)).toThrow(
      expect.objectContaining({ code: 'no_server', exitCode: 2 }),
    );
    expect(() => resolveConnection({ url: 'http://x' }, environment)).toThrow(
      expect.objectContaining({ code: 'no_key' }),
    );
    expect(() => resolveConnection({ url: 'x', key: 'k' }, environment)).toThrow(/--url is not a URL/);
    expect(() => resolveConnection({ url: 'file:///etc', key: 'k' }, environment)).toThrow(/http/);
    writeFileSync(join(folder, 'cli.json'), '{');
    expect(() => resolveConnection({}, environment)).toThrow(/is not \{"url","key"\}/);
  });
});
