import type { Command } from 'commander';
import { type CommandContext, runs, withExamples, withOutputOptions } from '../command-context.ts';
import { ExitCode } from '../exit-code.ts';
import { safeJson } from '../terminal/plain-text.ts';
import { counted } from '../terminal/quantity.ts';
import { line } from '../terminal/terminal.ts';

interface RotateOptions {
  readonly data: string;
  readonly store?: string;
  readonly json?: boolean;
}

/** `attestry rotate`: another signing key. */
export function registerRotate(program: Command, context: CommandContext): void {
  const command = program
    .command('rotate')
    .summary('replace the signing key')
    .description(
      'Makes another signing key. Every log names it in a record that the old key still signs, so\nwhoever verifies with the old one finds the new one. The server of the folder must be\nstopped, and with a database all other nodes: they go on with a copy of signing.key.\nCut off, it is ended by the next start or by running it again.',
    )
    .requiredOption('--data <folder>', 'data folder with the key')
    .option('--store <url>', 'database whose keys the folder holds (ATTESTRY_STORE)');
  withOutputOptions(command).action(runs(context, (options: RotateOptions) => rotate(context, options)));
  withExamples(command, [
    ['attestry rotate --data ./attestry-data', 'then start the server again, and give out the new vkeys'],
  ]);
}

async function rotate({ terminal }: CommandContext, options: RotateOptions): Promise<ExitCode> {
  const { openEmbedded } = await import('@attestry/ledger');
  const { elsewhere } = await import('../data-folder.ts');
  const embedded = await openEmbedded({
    dataDir: options.data,
    ...elsewhere(options.store),
    search: false,
  });
  try {
    const { logs, publicKeyHex } = await embedded.ledger.rotateSigningKey();
    const heads = await embedded.ledger.heads();
    const vkeys = Object.fromEntries(
      heads.map(({ tenant, origin }) => [tenant, embedded.ledger.vkeys(origin)[0] ?? '']),
    );
    if (options.json === true) {
      await line(terminal, safeJson({ logs, public_key: publicKeyHex, vkeys }));
      return ExitCode.done;
    }
    await line(
      terminal,
      `The signing key is replaced, and ${counted(logs, 'log')} said so. Keys to verify with:`,
    );
    for (const vkey of Object.values(vkeys)) await line(terminal, `  ${vkey}`);
    if (embedded.stores.shared !== undefined)
      await line(
        terminal,
        `Copy ${embedded.paths.signingKey} into the folder of every other node before it starts.`,
      );
    return ExitCode.done;
  } finally {
    await embedded.close();
  }
}
