import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { openEmbedded } from '@attestry/ledger';
import {
  createSeededRandom,
  incomingEvents,
  openSession,
  postgresBinaries,
  type RunningPostgres,
  startPostgres,
} from '@attestry/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, LAUNCHER } from './cli-process.ts';

const binaries = postgresBinaries(18);
const skipped = binaries.folder === undefined ? ` (skipped: ${binaries.skip})` : '';

const GUIDE = join(import.meta.dirname, '..', '..', '..', 'docs', 'postgres.md');

/** The commands of a section of the guide: its blocks of `sh`, one string each. */
function commandsOf(heading: string): readonly string[] {
  const text = readFileSync(GUIDE, 'utf8');
  const from = text.indexOf(`\n## ${heading}\n`);
  const to = text.indexOf('\n## ', from + 1);
  if (from === -1) throw new Error(`docs/postgres.md has no section ${heading}`);
  return [...text.slice(from, to).matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1] as string);
}

const OWNER = 'owner-password';
const WRITE = 'write-password';
const READ = 'read-password';

/** As much of `createdb` and `psql` as the guide uses, for machines on which they are not installed. */
const PSQL = `#!${process.execPath}
const { basename } = require('node:path');
const { parseArgs } = require('node:util');
const { Client } = require('${createRequire(import.meta.url).resolve('pg')}');
const short = (name) => ({ type: 'string', short: name });
const { values, positionals: [name] } = parseArgs({ allowPositionals: true,
  options: { host: short('h'), port: short('p'), username: short('U'), command: short('c') } });
const creates = basename(process.argv[1]) === 'createdb';
const client = new Client({ host: values.host, port: Number(values.port), user: values.username,
  database: creates ? 'postgres' : name });
client.connect().then(() => client.query(creates ? 'CREATE DATABASE ' + name : values.command)).then(() => client.end());
`;

describe.skipIf(binaries.folder === undefined)(
  `docs/postgres.md, followed from an empty server${skipped}`,
  () => {
    let postgres: RunningPostgres;
    let folder: string;
    const nodes: ChildProcess[] = [];

    beforeAll(async () => {
      postgres = await startPostgres();
      const superuser = await openSession(postgres.url());
      await superuser.run(`CREATE ROLE owner LOGIN CREATEDB CREATEROLE PASSWORD '${OWNER}'`);
      // From here on with passwords, as any server that others can reach.
      const rules = ['host all postgres 127.0.0.1/32 trust', 'host all all 127.0.0.1/32 scram-sha-256'];
      writeFileSync(join(postgres.dataDir, 'pg_hba.conf'), `${rules.join('\n')}\n`);
      await superuser.run('SELECT pg_reload_conf()');
      await superuser.end();
      folder = mkdtempSync(join(tmpdir(), 'attestry-guide-'));
      mkdirSync(join(folder, 'programs'));
      for (const name of ['createdb', 'psql'])
        writeFileSync(join(folder, 'programs', name), PSQL, { mode: 0o755 });
    });
    afterEach(stopNodes);
    afterAll(async () => {
      await postgres?.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    /** What a reader changes in a command: the address, the passwords, the folders, and the port of a second node here. */
    function adapted(command: string, node: string): string {
      const here = `127.0.0.1:${postgres.port}`;
      return command
        .replaceAll('?sslmode=verify-full', '')
        .replaceAll('attestry_write:...@', `attestry_write:${WRITE}@`)
        .replaceAll('attestry_read@', `attestry_read:${READ}@`)
        .replaceAll('@db.example.com/', `@${here}/`)
        .replaceAll('-h db.example.com', `-h 127.0.0.1 -p ${postgres.port}`)
        .replaceAll("attestry_write PASSWORD '...'", `attestry_write PASSWORD '${WRITE}'`)
        .replaceAll("attestry_read PASSWORD '...'", `attestry_read PASSWORD '${READ}'`)
        .replaceAll('scp -p node1:/var/lib/attestry', 'cp -p /var/lib/node1')
        .replaceAll('/var/lib/attestry', `/var/lib/${node}`)
        .replaceAll('/var/lib', folder)
        .replaceAll('./attestry-data', `${folder}/attestry-data`);
    }

    function inShell(command: string): ChildProcess {
      // Where PostgreSQL's own programs are not installed, ours take their place.
      const path = `${dirname(LAUNCHER)}:${process.env['PATH']}:${join(folder, 'programs')}`;
      const env = cleanEnvironment({ PATH: path, PGPASSWORD: OWNER, HOME: folder });
      return spawn('bash', ['-ec', command], {
        env,
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
    }

    async function run(command: string, node = 'node1'): Promise<{ code: number | null; output: string }> {
      const child = inShell(adapted(command, node));
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', (text: string) => {
          output += text;
        });
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, output };
    }

    async function done(command: string, node?: string): Promise<string> {
      const { code, output } = await run(command, node);
      expect([command, code, output]).toEqual([command, 0, output]);
      return output;
    }

    /** Runs a block whose last command starts a server, until it listens. */
    async function serve(command: string, node: string, options = ''): Promise<string> {
      const child = inShell(`${adapted(command, node).trimEnd()} --port 0 --json${options}`);
      nodes.push(child);
      let log = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        log += text;
      });
      const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
      for await (const line of lines) {
        if (!line.startsWith('{')) continue;
        child.stdout?.resume();
        return (JSON.parse(line) as { url: string }).url.replace(/\/$/, '');
      }
      throw new Error(`the server ended: ${log}`);
    }

    /** Ends the shell and what it has started, and waits for both. */
    async function stopNodes(): Promise<void> {
      for (const node of nodes.splice(0)) {
        const closed = once(node, 'close');
        if (node.exitCode !== null || node.signalCode !== null) continue;
        process.kill(-(node.pid as number), 'SIGTERM');
        await closed;
      }
    }

    async function asSuperuser(sql: string): Promise<void> {
      const superuser = await openSession(postgres.url());
      await superuser.run(sql);
      await superuser.end();
    }

    async function record(url: string, node: string): Promise<number> {
      const { key } = JSON.parse(readFileSync(join(folder, node, 'cli.json'), 'utf8')) as { key: string };
      const answer = await fetch(`${url}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          type: 'user.login.success',
          actor: { type: 'user', id: 'a', email: 'a@b.cd' },
        }),
      });
      expect(answer.status).toBe(201);
      return ((await answer.json()) as { seq: number }).seq;
    }

    it('sets up a database with its roles and two nodes, verifies it, and finds a restore of an older copy', async () => {
      const [database = '', first = '', second = ''] = commandsOf('Setting up');
      const [verify = ''] = commandsOf('Verification');
      await done(database);
      const seq = await record(await serve(first, 'node1'), 'node1');
      await stopNodes();
      // What a base backup is: everything as it was.
      await asSuperuser('CREATE DATABASE older TEMPLATE audit OWNER owner');
      expect(await record(await serve(second, 'node2'), 'node1')).toBe(seq + 1);
      expect((await done(verify, 'node2')).match(/nothing was changed/g)).toHaveLength(2);
      await stopNodes();
      const serving = second.split('\n').at(-2) as string;
      const doctor = await run(serving.replace('attestry serve', 'attestry doctor'), 'node2');
      expect(doctor.output).toMatch(/ok +database +PostgreSQL 18\.\d+, schema attestry, user attestry_write/);
      // More than the roles are given is named.
      await asSuperuser('GRANT attestry_prune TO attestry_write; ALTER ROLE attestry_read BYPASSRLS');
      const { code, output } = await run(verify, 'node2');
      expect([code, output]).toEqual([
        1,
        expect.stringContaining('attestry_write is a member of attestry_prune'),
      ]);
      expect(output).toContain('attestry_read is a superuser, or passes row-level security');
      await asSuperuser('REVOKE attestry_prune FROM attestry_write; ALTER ROLE attestry_read NOBYPASSRLS');

      await asSuperuser('ALTER DATABASE audit RENAME TO lost');
      await asSuperuser('ALTER DATABASE older RENAME TO audit');
      const start = second.split('\n').at(-2) as string;
      const refused = await run(start, 'node2');
      expect([refused.code === 0, refused.output]).toEqual([false, expect.stringContaining('ROLLBACK')]);
      await record(await serve(start, 'node2', ' --accept-rollback'), 'node1');
      expect((await done(verify, 'node2')).match(/nothing was changed .*\/g2/g)).toHaveLength(2);
    });

    it('moves a folder into a database, with the roles', async () => {
      const [database = ''] = commandsOf('Setting up');
      const [copyAndServe = ''] = commandsOf('Moving from the embedded store');
      const [copy = '', start = ''] = copyAndServe.split('\n');
      await done(database.replaceAll('audit', 'moved'));
      const dataDir = join(folder, 'attestry-data');
      const embedded = await openEmbedded({ dataDir });
      await embedded.ledger.createLog('default');
      await embedded.ledger.append('default', incomingEvents(createSeededRandom(1), 'default', 300));
      await embedded.close();
      expect(await done(copy.replaceAll('/audit', '/moved'))).toContain('Verified');
      // As the role that writes, which the copy did not need.
      const url = await serve(start.replaceAll('/audit', '/moved'), 'attestry-data');
      expect((await fetch(`${url}/ready`)).status).toBe(200);
    });
  },
);
