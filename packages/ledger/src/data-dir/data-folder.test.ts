import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../keys/node-crypto.ts';
import { systemRandom } from '../keys/random-pool.ts';
import { type DataFolder, type FolderOptions, openFolder, prepareFolder } from './data-folder.ts';
import { lockFolder } from './folder-lock.ts';

let parent = '';
let dataDir = '';

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'attestry-'));
  dataDir = join(parent, 'data');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

async function open(options: Omit<FolderOptions, 'dataDir'> = {}): Promise<DataFolder> {
  await prepareFolder(dataDir);
  return openFolder(nodeCrypto, systemRandom, { dataDir, ...options });
}

function marker(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(dataDir, 'attestry.json'), 'utf8')) as Record<string, unknown>;
}

describe('a data folder', () => {
  it('is made at the first start, for its owner only', async () => {
    const first = await open();
    expect(first.firstStart).toBe(true);
    expect(first.logName).toMatch(/^[0-9a-f]{12}\.attestry\.local$/);
    expect(readdirSync(dataDir).sort()).toEqual(['attestry.json', 'master.key', 'signing.key']);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(dataDir)) expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600);
    const second = await open();
    expect(second).toMatchObject({ firstStart: false, logName: first.logName });
    expect(second.signingKeys.current.publicKey).toEqual(first.signingKeys.current.publicKey);
  });

  it('that was cut off before its first start was finished is simply finished', async () => {
    await open();
    const signing = readFileSync(join(dataDir, 'signing.key'), 'utf8');
    rmSync(join(dataDir, 'attestry.json'));
    writeFileSync(join(dataDir, 'attestry.json.tmp-17-1'), '{');
    const again = await open();
    expect(again.firstStart).toBe(true);
    expect(readFileSync(join(dataDir, 'signing.key'), 'utf8')).toBe(signing);
  });

  it('is refused when it holds something else', async () => {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'thesis.doc'), 'important');
    await expect(open()).rejects.toMatchObject({ code: 'folder_foreign' });
    expect(readdirSync(dataDir)).toEqual(['thesis.doc']);
  });

  it('is refused when a database lies there without its marker', async () => {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'ledger.db'), '');
    await expect(open()).rejects.toMatchObject({ code: 'folder_foreign' });
  });

  it('of a newer format is refused', async () => {
    await open();
    writeFileSync(join(dataDir, 'attestry.json'), JSON.stringify({ ...marker(), version: 2 }));
    await expect(open()).rejects.toMatchObject({ code: 'folder_newer' });
  });

  it('keeps its log name', async () => {
    await open({ logName: 'audit.example.com' });
    expect((await open()).logName).toBe('audit.example.com');
    expect((await open({ logName: 'audit.example.com' })).logName).toBe('audit.example.com');
    await expect(open({ logName: 'other.example.com' })).rejects.toMatchObject({ code: 'log_name_changed' });
  });

  it.each(['', 'two words', 'a+b', 'x/t/y', 'a\nb'])('takes no log name like %j', async (logName) => {
    await expect(open({ logName })).rejects.toMatchObject({ code: 'log_name_invalid' });
  });

  it.each(['master.key', 'signing.key'])(
    'is refused without its %s, which is never made anew',
    async (name) => {
      await open();
      rmSync(join(dataDir, name));
      await expect(open()).rejects.toMatchObject({ code: 'key_missing' });
      expect(existsSync(join(dataDir, name))).toBe(false);
    },
  );

  it('is refused with another master key than it was made with', async () => {
    const key = Buffer.alloc(32, 7);
    const made = await open({ masterKey: key.toString('base64') });
    expect(readdirSync(dataDir)).not.toContain('master.key');
    expect(made.givenMasterKey).toEqual(key);
    expect((await open({ masterKey: key.toString('hex') })).firstStart).toBe(false);
    await expect(open({ masterKey: Buffer.alloc(32, 8) })).rejects.toMatchObject({
      code: 'master_key_wrong',
    });
    await expect(open({ masterKey: 'secret-but-short' })).rejects.toMatchObject({
      code: 'master_key_invalid',
    });
    await expect(open({ masterKey: 'secret-but-short' })).rejects.not.toThrow(/secret-but-short/);
  });

  it('takes its signing key from elsewhere when told so', async () => {
    const signingKeyFile = join(parent, 'keys.json');
    // A misspelt path must not become a new key.
    await expect(open({ signingKeyFile })).rejects.toMatchObject({ code: 'key_missing' });
    const made = await open({});
    renameSync(join(dataDir, 'signing.key'), signingKeyFile);
    const again = await open({ signingKeyFile });
    expect(again.signingKeys.current.publicKey).toEqual(made.signingKeys.current.publicKey);
    writeFileSync(signingKeyFile, '{"format":"attestry-signing-key"}');
    await expect(open({ signingKeyFile })).rejects.toMatchObject({ code: 'signing_key_invalid' });
  });
});

describe('the lock of a folder', () => {
  beforeEach(() => mkdirSync(dataDir));

  it('names its holder, and is free again after release', () => {
    const lock = lockFolder(dataDir, Date.now());
    expect(() => lockFolder(dataDir, Date.now())).toThrow(`process ${process.pid}`);
    lock.release();
    lock.release();
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
    lockFolder(dataDir, Date.now()).release();
  });

  it('keeps another process out', () => {
    const lock = lockFolder(dataDir, Date.now());
    const other = lockInAnotherProcess('');
    expect(other.stderr).toContain('folder_in_use');
    expect(other.stderr).toContain(`process ${process.pid}`);
    lock.release();
    expect(lockInAnotherProcess('').status).toBe(0);
  });

  it('of a process that was killed holds nobody up, even when its id is in use again', () => {
    expect(lockInAnotherProcess("process.kill(process.pid, 'SIGKILL')").signal).toBe('SIGKILL');
    expect(existsSync(join(dataDir, 'lock'))).toBe(true);
    writeFileSync(
      join(dataDir, 'lock'),
      JSON.stringify({ pid: process.pid, host: 'here', started_at: 'then' }),
    );
    lockFolder(dataDir, Date.now()).release();
  });

  function lockInAnotherProcess(afterwards: string): ReturnType<typeof spawnSync> & { stderr: string } {
    const module = new URL('./folder-lock.ts', import.meta.url).href;
    const code = `const { lockFolder } = await import(${JSON.stringify(module)});
      lockFolder(${JSON.stringify(dataDir)}, 0);
      ${afterwards}`;
    return spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  }
});
