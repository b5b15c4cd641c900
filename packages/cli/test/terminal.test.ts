import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, LAUNCHER } from './cli-process.ts';
import { TestServer } from './running-server.ts';

/** `script` of util-linux gives a command a terminal of its own. */
const HAS_SCRIPT = existsSync('/usr/bin/script');
const name = `on a real terminal${HAS_SCRIPT ? '' : ' (skipped: no /usr/bin/script)'}`;
const ESC = '\u001b';

describe.skipIf(!HAS_SCRIPT)(name, () => {
  const server = TestServer.shared();

  beforeAll(async () => {
    const event = {
      type: 'document.viewed',
      actor: { type: 'user', id: 'u-1', name: `Ms ${ESC}[2JLong Name of a Person`, ip_address: '192.0.2.1' },
      action: { verb: 'read', status: 'denied' },
      target: { type: 'document', id: 'd-1', name: 'A document with a rather long name' },
    };
    await server.record(event);
  });

  /** Stdout and stderr as the terminal gets them. */
  function onTerminal(
    columns: number,
    args: string,
    environment: Readonly<Record<string, string>> = {},
  ): string {
    const command = `stty cols ${columns} rows 40; exec "${LAUNCHER}" ${args}`;
    const env = cleanEnvironment({
      ATTESTRY_DATA_DIR: server.dataDir,
      TERM: 'xterm-256color',
      ...environment,
    });
    return spawnSync('/usr/bin/script', ['-qec', command, '/dev/null'], {
      encoding: 'utf8',
      env,
    }).stdout.replaceAll('\r', '');
  }

  it('is coloured, unless NO_COLOR or a dumb terminal says otherwise', () => {
    expect(onTerminal(100, 'query --actor u-1')).toContain(`${ESC}[31mdenied${ESC}[39m`);
    expect(onTerminal(100, 'query --actor u-1', { NO_COLOR: '1' })).not.toContain(ESC);
    expect(onTerminal(100, 'query --actor u-1', { TERM: 'dumb' })).not.toContain(ESC);
  });

  it('shows only its own escape sequences, never those of an event', () => {
    expect(onTerminal(100, 'query --actor u-1')).not.toContain(`${ESC}[2J`);
    expect(onTerminal(100, 'query --actor u-1 --json')).not.toContain(ESC);
    expect(onTerminal(100, 'export --actor u-1 --format csv')).not.toContain(`${ESC}[2J`);
  });

  it.each([200, 100, 80, 60, 40, 30])('fits its tables into %i columns', (columns) => {
    const lines = stripVTControlCharacters(onTerminal(columns, 'query --actor u-1')).split('\n').slice(0, 2);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines[1]).toMatch(/^ *\d* *20\d\d-/);
  });

  it('shows the progress of an import on stderr, and nothing of it in a pipe', () => {
    const events = 'sh -c \'for i in 1 2 3; do echo "{\\"type\\":\\"a.b\\"}"; done\'';
    const command = `${events} | exec "${LAUNCHER}" import ndjson -`;
    const env = cleanEnvironment({ ATTESTRY_DATA_DIR: server.dataDir, TERM: 'xterm' });
    const shown = spawnSync('/usr/bin/script', ['-qec', command, '/dev/null'], {
      encoding: 'utf8',
      env,
    }).stdout;
    expect(shown).toMatch(/import .*events\/s/);
    const piped = spawnSync('sh', ['-c', command], { encoding: 'utf8', env });
    expect(piped).toMatchObject({ status: 0, stderr: '' });
  });
});
