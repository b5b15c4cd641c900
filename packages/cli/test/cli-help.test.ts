import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allCommands, createProgram, pathOf } from '../src/program.ts';
import { processTerminal } from '../src/terminal/terminal.ts';

const GOLDEN = fileURLToPath(new URL('../../../spec/cli-help.txt', import.meta.url));
const program = createProgram({ terminal: processTerminal(), exitCode: 0 });
const commands = allCommands(program);

function helpOf(command: (typeof commands)[number]): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => void (text += part), writeErr: (part) => void (text += part) });
  command.outputHelp();
  return text;
}

describe('help', () => {
  it('is what spec/cli-help.txt says (ATTESTRY_UPDATE_GOLDEN=1 rewrites it)', () => {
    const text = commands.map((command) => `$ ${pathOf(command)} --help\n${helpOf(command)}`).join('\n');
    if (process.env['ATTESTRY_UPDATE_GOLDEN'] === '1' || !existsSync(GOLDEN)) writeFileSync(GOLDEN, text);
    expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
  });

  const leaves = commands.filter((command) => command.commands.length === 0);
  it.each(leaves.map((command) => [pathOf(command), command] as const))('%s has an example', (path, command) => {
    expect(helpOf(command)).toMatch(/Examples:\n {2}\$ /);
    expect(command.description()).not.toBe('');
    expect(path).toMatch(/^attestry /);
  });

  it.each(leaves.map((command) => [pathOf(command), command] as const))('%s has --json', (_path, command) => {
    expect(command.options.map((option) => option.long)).toContain('--json');
  });
});
