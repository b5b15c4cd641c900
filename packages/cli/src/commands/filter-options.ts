import { parseQuery } from '@attestry/core/query-language';
import { type Command, Option } from 'commander';
import stringWidth from 'string-width';
import { usageError } from '../cli-error.ts';
import type { QueryParameters } from '../connection/api-client.ts';
import { repeated } from './repeated.ts';

interface Filter {
  /** Name of the query parameter; the option is the same with dashes. */
  readonly parameter: string;
  readonly value: string;
  readonly help: string;
}

/** Filters that may be repeated: values of one are OR, different ones AND. The server checks the values. */
const FILTERS: readonly Filter[] = [
  { parameter: 'actor', value: 'id', help: 'who did it' },
  { parameter: 'actor_type', value: 'type', help: 'user, service, agent, system, anonymous' },
  { parameter: 'actor_email', value: 'email', help: 'e-mail address of the actor' },
  { parameter: 'type', value: 'type', help: 'event type, or a beginning of it: document.*' },
  { parameter: 'category', value: 'name', help: 'auth, data, config, admin, ai, security, ...' },
  {
    parameter: 'severity',
    value: 'level',
    help: 'info, low, medium, high, critical; ">=high" for that and above',
  },
  { parameter: 'verb', value: 'verb', help: 'read, create, update, delete, login, ...' },
  { parameter: 'status', value: 'status', help: 'success, failure, denied, partial, in_progress' },
  { parameter: 'target_type', value: 'type', help: 'type of the thing it was done to' },
  { parameter: 'target', value: 'id', help: 'id of the thing it was done to' },
  { parameter: 'ip', value: 'address', help: 'address, or a network in CIDR form' },
  { parameter: 'session', value: 'id', help: 'session of the actor' },
  { parameter: 'request_id', value: 'id', help: 'request it belongs to' },
  { parameter: 'correlation_id', value: 'id', help: 'correlation id' },
  { parameter: 'parent_id', value: 'id', help: 'parent event' },
  { parameter: 'execution_id', value: 'id', help: 'run of an AI agent' },
  { parameter: 'http_status', value: 'code', help: '404, or 5xx' },
  { parameter: 'regulation', value: 'name', help: 'regulation that was checked' },
  { parameter: 'traffic_light', value: 'colour', help: 'green, amber, red' },
  { parameter: 'project', value: 'id', help: 'project' },
];

function optionName(parameter: string): string {
  return parameter.replaceAll('_', '-');
}

function camel(parameter: string): string {
  return parameter.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Adds every filter of `GET /v1/events` and the words of a full-text search. */
export function withFilterOptions(command: Command): Command {
  command.argument('[words...]', 'full-text search; "quoted phrases" and -not are understood');
  for (const { parameter, value, help } of FILTERS) {
    command.addOption(new Option(`--${optionName(parameter)} <${value}>`, help).argParser(repeated));
  }
  return command
    .addOption(
      new Option('--metadata <path=value>', 'value below metadata, e.g. order.id=42').argParser(repeated),
    )
    .option('--from <time>', 'from this time on: RFC 3339, or -24h')
    .option('--to <time>', 'before this time')
    .addOption(
      new Option('--time <clock>', 'which time --from, --to and the order mean').choices([
        'occurred',
        'recorded',
      ]),
    );
}

/** The query, unless something is wrong with it, which is then shown below the place. */
function checkedQuery(q: string): string {
  const [problem] = parseQuery(q).problems;
  if (problem === undefined) return q;
  const { from, to, message } = problem;
  // Tabs and line breaks would move the mark away from its place.
  const shown = q.replace(/\s/g, ' ');
  const mark = `${' '.repeat(stringWidth(shown.slice(0, from)))}${'^'.repeat(Math.max(1, stringWidth(shown.slice(from, to))))}`;
  throw usageError(`${message}\n\n  ${shown}\n  ${mark}`, 'docs/query-language.md lists the fields.');
}

/** Turns parsed options back into query parameters. */
export function filterParameters(
  words: readonly string[],
  options: Readonly<Record<string, unknown>>,
): QueryParameters {
  const parameters: [string, string][] = [];
  if (words.length > 0) parameters.push(['q', checkedQuery(words.join(' '))]);
  for (const { parameter } of FILTERS) {
    for (const value of (options[camel(parameter)] as readonly string[] | undefined) ?? []) {
      parameters.push([parameter, value]);
    }
  }
  for (const pair of (options.metadata as readonly string[] | undefined) ?? []) {
    const equals = pair.indexOf('=');
    if (equals < 1)
      throw usageError(`--metadata ${pair}: expected path=value`, 'For example: --metadata order.id=42');
    parameters.push([`metadata.${pair.slice(0, equals)}`, pair.slice(equals + 1)]);
  }
  for (const name of ['from', 'to', 'time'] as const) {
    const value = options[name];
    if (typeof value === 'string') parameters.push([name, value]);
  }
  return parameters;
}
