import { describe, expect, it } from 'vitest';
import { allCommands, createProgram, pathOf } from '../src/program.ts';
import { processTerminal } from '../src/terminal/terminal.ts';

const program = createProgram({
  terminal: processTerminal(),
  run: () => Promise.resolve(0),
  json: false,
  exitCode: 0,
});
const commands = allCommands(program);

function helpOf(command: (typeof commands)[number]): string {
  const parts: string[] = [];
  const collect = (part: string): void => void parts.push(part);
  command.configureOutput({ writeOut: collect, writeErr: collect });
  command.outputHelp();
  return parts.join('');
}

describe('help', () => {
  it('is what spec/cli-help.txt says', async () => {
    const text = commands.map((command) => `$ ${pathOf(command)} --help\n${helpOf(command)}`).join('\n');
    await expect(text).toMatchFileSnapshot('../../../spec/cli-help.txt');
  });

  const leaves = commands.filter((command) => command.commands.length === 0);
  it.each(commands.slice(1).map((command) => [pathOf(command), command] as const))(
    'of %s has an example',
    (path, command) => {
      expect(helpOf(command)).toMatch(/Examples:\n {2}\$ /);
      expect(command.description()).not.toBe('');
      expect(path).toMatch(/^attestry /);
    },
  );

  it.each(leaves.map((command) => [pathOf(command), command] as const))(
    'of %s has --json',
    (_path, command) => {
      expect(command.options.map((option) => option.long)).toContain('--json');
    },
  );
});
