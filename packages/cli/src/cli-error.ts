import { ExitCode } from './exit-code.ts';

interface CliErrorOptions extends ErrorOptions {
  /** Stable word for scripts, e.g. `unreachable`. */
  readonly code: string;
  readonly exitCode: ExitCode;
  /** What the person can do about it: one sentence. */
  readonly hint?: string;
}

/** An error that is told to the person in words: what was wrong, and what to do. Never shown as a stack trace. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(message: string, options: CliErrorOptions) {
    super(message, options);
    this.code = options.code;
    this.exitCode = options.exitCode;
    this.hint = options.hint;
  }
}

/** A mistake on the command line or in its input: exit code 2. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError(message, {
    code: 'usage',
    exitCode: ExitCode.usage,
    ...(hint === undefined ? {} : { hint }),
  });
}
