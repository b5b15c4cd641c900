import type { Writable } from 'node:stream';
import picocolors from 'picocolors';

export type Colours = ReturnType<typeof picocolors.createColors>;

/** Where a command reads and writes; one per process, given to every command. */
export interface Terminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  /** Colours for stdout: real ones on a terminal, none elsewhere. */
  readonly colour: Colours;
  readonly errorColour: Colours;
  /** Columns to lay tables out for; a pipe gets as many as the content needs. */
  readonly columns: number;
}

/** https://no-color.org: any value but the empty one switches colour off. FORCE_COLOR is the opposite wish. */
function wantsColour(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean {
  if ((environment.NO_COLOR ?? '') !== '') return false;
  if ((environment.FORCE_COLOR ?? '') !== '') return environment.FORCE_COLOR !== '0';
  return stream.isTTY === true && environment.TERM !== 'dumb';
}

/** The process's own terminal. */
export function processTerminal(): Terminal {
  const { stdout, stderr, stdin, env } = process;
  return {
    stdout,
    stderr,
    stdin,
    colour: picocolors.createColors(wantsColour(stdout, env)),
    errorColour: picocolors.createColors(wantsColour(stderr, env)),
    columns: stdout.isTTY ? Math.max(stdout.columns ?? 80, 20) : Number.POSITIVE_INFINITY,
  };
}

/** Writes and waits while the reader is slow, so that a big answer never piles up in memory. */
export async function write(stream: Writable, text: string | Uint8Array): Promise<void> {
  if (stream.destroyed) return;
  if (stream.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.once('drain', done).once('close', done);
  });
}

/** Writes one line to stdout. */
export function line(terminal: Terminal, text = ''): Promise<void> {
  return write(terminal.stdout, `${text}\n`);
}

/** Writes one line to stderr: notes for the person, never part of the answer. */
export function note(terminal: Terminal, text: string): Promise<void> {
  return write(terminal.stderr, `${text}\n`);
}

/**
 * Ends quietly when the reader of our output is gone (`attestry query | head`), as a Unix tool does.
 * The default of Node would be an unhandled `error` event with a stack trace. A command whose answer is its exit code
 * sets `process.exitCode` before it prints: a reader that goes away must not turn a finding into a pass.
 */
export function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
}
