import type { Command } from 'commander';
import { CliError, usageError } from '../cli-error.ts';
import {
  type CommandContext,
  clientFor,
  runs,
  type ServerOptions,
  withExamples,
  withServerOptions,
} from '../command-context.ts';
import { ExitCode } from '../exit-code.ts';
import { plainText, safeJson } from '../terminal/plain-text.ts';
import { line, type Terminal } from '../terminal/terminal.ts';
import { repeated } from './repeated.ts';

interface CaptureOptions extends ServerOptions {
  readonly type?: string;
  readonly id?: string;
  readonly actor?: string;
  readonly actorName?: string;
  readonly target?: string;
  readonly verb?: string;
  readonly status?: string;
  readonly severity?: string;
  readonly description?: string;
  readonly reason?: string;
  readonly occurredAt?: string;
  readonly metadata?: readonly string[];
}

interface Receipt {
  readonly id: string;
  readonly seq: number;
  readonly hash: string;
  readonly recorded_at: string;
  readonly duplicate: boolean;
}

/** `attestry capture`: one event from the command line or from standard input. */
export function registerCapture(program: Command, context: CommandContext): void {
  const command = program
    .command('capture')
    .summary('record one event')
    .description(
      'Records one event and prints its receipt, when it is durable. For shell scripts, cron jobs and deploys.',
    )
    .argument('[file]', 'event as JSON in a file, or - for standard input, instead of the options');
  withServerOptions(
    command
      .option('--type <type>', 'what happened, e.g. document.uploaded')
      .option('--actor <type:id>', 'who: user:alice, service:deploy; without a type it is a user')
      .option('--actor-name <name>', 'name of the actor')
      .option('--target <type:id>', 'on which thing: document:42')
      .option('--verb <verb>', 'read, create, update, delete, ...')
      .option('--status <status>', 'success, failure, denied, partial, in_progress')
      .option('--severity <level>', 'info, low, medium, high, critical')
      .option('--description <text>', 'in words')
      .option('--reason <text>', 'why')
      .option('--metadata <name=value>', 'anything else; may be repeated', repeated)
      .option('--occurred-at <time>', 'when, RFC 3339; else now')
      .option('--id <uuid>', 'id of the event: the same id is recorded once'),
  ).action(
    runs(context, (file: string | undefined, options: CaptureOptions) => capture(context, file, options)),
  );
  withExamples(command, [
    [
      'attestry capture --type deploy.finished --actor service:ci --target app:web --status success',
      'from a pipeline',
    ],
    [
      'echo \'{"type":"backup.completed","actor":{"type":"service","id":"cron"}}\' | attestry capture -',
      'whole event',
    ],
  ]);
}

async function capture(
  context: CommandContext,
  file: string | undefined,
  options: CaptureOptions,
): Promise<ExitCode> {
  const text =
    file === undefined
      ? JSON.stringify(eventFrom(options))
      : await eventText(context.terminal, file, options);
  const receipt = await clientFor(options).json<Receipt>('/v1/events', {
    method: 'POST',
    rawBody: { text, contentType: 'application/json' },
  });
  if (options.json === true) {
    await line(context.terminal, safeJson(receipt));
  } else {
    const what = receipt.duplicate ? 'was there already' : 'recorded';
    await line(
      context.terminal,
      `${plainText(receipt.id)}  ${what}, seq ${receipt.seq}, hash ${plainText(receipt.hash)}`,
    );
  }
  return ExitCode.done;
}

async function eventText(terminal: Terminal, file: string, options: CaptureOptions): Promise<string> {
  if (options.type !== undefined) throw usageError('capture takes an event as JSON or as options, not both');
  const { readInputText } = await import('../import/input-files.ts');
  try {
    const text = await readInputText({ path: file, bytes: 0 }, terminal.stdin);
    const value: unknown = JSON.parse(text);
    if (
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      !Object.hasOwn(value, 'events')
    )
      return text;
  } catch (cause) {
    throw new CliError(`${file === '-' ? 'standard input' : file}: ${(cause as Error).message}`, {
      code: 'usage',
      exitCode: ExitCode.usage,
      hint: 'It must hold one event as a JSON object.',
      cause,
    });
  }
  throw usageError(
    'capture records one event, given as a JSON object',
    'Use `attestry import ndjson` for several.',
  );
}

function eventFrom(options: CaptureOptions): Record<string, unknown> {
  if (options.type === undefined)
    throw usageError('capture needs --type, or an event as JSON', 'See attestry capture --help.');
  const action = defined({ verb: options.verb, status: options.status, description: options.description });
  return defined({
    id: options.id,
    type: options.type,
    severity: options.severity,
    occurred_at: options.occurredAt,
    actor:
      options.actor === undefined
        ? undefined
        : { ...typed(options.actor, 'user'), ...defined({ name: options.actorName }) },
    action: Object.keys(action).length === 0 ? undefined : action,
    target: options.target === undefined ? undefined : typed(options.target, undefined),
    context: options.reason === undefined ? undefined : { reason: options.reason },
    metadata: options.metadata === undefined ? undefined : Object.fromEntries(options.metadata.map(pair)),
  });
}

function typed(text: string, typeElse: string | undefined): { type: string; id: string } {
  const colon = text.indexOf(':');
  if (colon > 0) return { type: text.slice(0, colon), id: text.slice(colon + 1) };
  if (typeElse === undefined)
    throw usageError(`${text}: expected type:id`, 'For example: --target document:42');
  return { type: typeElse, id: text };
}

function pair(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw usageError(`--metadata ${text}: expected name=value`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function defined(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
