import type { Command } from 'commander';
import {
  type CommandContext,
  clientFor,
  runs,
  type ServerOptions,
  withExamples,
  withServerOptions,
} from '../command-context.ts';
import { ExitCode } from '../exit-code.ts';
import { tableTime } from '../terminal/event-table.ts';
import { plainText, safeJson } from '../terminal/plain-text.ts';
import { renderTable } from '../terminal/table.ts';
import { line, note, type Terminal } from '../terminal/terminal.ts';
import { repeated } from './repeated.ts';

interface KeyView {
  readonly id: string;
  readonly name?: string | null;
  readonly roles?: readonly string[];
  readonly scopes?: readonly string[];
  readonly projects?: readonly string[];
  readonly categories?: readonly string[];
  readonly types?: readonly string[];
  readonly cidrs?: readonly string[];
  readonly subject?: string;
  readonly created_at?: string;
  readonly expires_at?: string | null;
  readonly revoked_at?: string | null;
}

interface NewKey {
  readonly key: KeyView;
  /** The whole key, shown this once. */
  readonly token: string;
}

interface CreateOptions extends ServerOptions {
  readonly name?: string;
  readonly role: readonly string[];
  readonly scope?: readonly string[];
  readonly project?: readonly string[];
  readonly category?: readonly string[];
  readonly type?: readonly string[];
  readonly cidr?: readonly string[];
  readonly subject?: string;
  readonly expires?: string;
}

/** `attestry keys`: API keys of a tenant. */
export function registerKeys(program: Command, context: CommandContext): void {
  const group = program
    .command('keys')
    .summary('list, make and revoke API keys')
    .description('API keys of the tenant.');
  withExamples(group, [
    ['attestry keys create --name web-app --role ingest', 'a key, printed this once'],
    ['attestry keys list', 'who may do what'],
  ]);
  const list = withServerOptions(
    group.command('list').description('Lists the keys; secrets are never shown again.'),
  );
  list.action(runs(context, (options: ServerOptions) => listKeys(context, options)));
  withExamples(list, [['attestry keys list', 'who may do what']]);
  registerCreate(group, context);
  const rotate = withServerOptions(
    group
      .command('rotate')
      .description('Replaces the secret of a key and prints the new one.')
      .argument('<id>', 'id of the key'),
  );
  rotate.action(runs(context, (id: string, options: ServerOptions) => rotateKey(context, id, options)));
  withExamples(rotate, [['attestry keys rotate jFMBm0dxdPUf2xjl', 'a new secret for the same rights']]);
  const revoke = withServerOptions(
    group
      .command('revoke')
      .description('Revokes a key at once and for good.')
      .argument('<id>', 'id of the key'),
  );
  revoke.action(runs(context, (id: string, options: ServerOptions) => revokeKey(context, id, options)));
  withExamples(revoke, [['attestry keys revoke jFMBm0dxdPUf2xjl', 'it is refused from now on']]);
}

function registerCreate(group: Command, context: CommandContext): void {
  const create = withServerOptions(
    group
      .command('create')
      .description('Makes a key and prints it, this once, on standard output.')
      .requiredOption('--name <name>', 'what it is for')
      .requiredOption(
        '--role <role>',
        'admin, security_officer, auditor, project_manager, member, ingest; may be repeated',
        repeated,
      )
      .option(
        '--scope <scope>',
        'narrows what the roles allow, e.g. to events:write; may be repeated',
        repeated,
      )
      .option(
        '--project <id>',
        'only events of this project (a project_manager key needs one); may be repeated',
        repeated,
      )
      .option('--category <name>', 'only events of this category; may be repeated', repeated)
      .option(
        '--type <type>',
        'only events of this type, or of a beginning of it: document.*; may be repeated',
        repeated,
      )
      .option('--cidr <network>', 'only from this address or network; may be repeated', repeated)
      .option('--subject <id>', 'the person behind a member key')
      .option('--expires <time>', 'RFC 3339 time after which it is refused'),
  );
  create.action(runs(context, (options: CreateOptions) => createKey(context, options)));
  withExamples(create, [
    ['attestry keys create --name web-app --role ingest', 'for an application that only writes'],
    [
      'attestry keys create --name "external audit" --role auditor --expires 2027-01-01T00:00:00Z',
      'for a visitor',
    ],
    [
      'attestry keys create --name lead --role project_manager --project apollo --cidr 10.0.0.0/8',
      'for one project, from one network',
    ],
  ]);
}

async function listKeys({ terminal }: CommandContext, options: ServerOptions): Promise<ExitCode> {
  const answer = await clientFor(options).json<{ keys: readonly KeyView[] }>('/v1/keys');
  if (options.json === true) {
    await line(terminal, safeJson(answer));
    return ExitCode.done;
  }
  const time = (text: string | null | undefined): string =>
    text === null || text === undefined ? '' : tableTime(text);
  const table = renderTable(
    answer.keys,
    [
      { title: 'ID', value: (key) => key.id },
      { title: 'NAME', value: (key) => key.name ?? '', widthMin: 8 },
      {
        title: 'ROLES AND SCOPES',
        value: (key) => [...(key.roles ?? []), ...(key.scopes ?? [])].join(' '),
        widthMin: 10,
      },
      { title: 'ONLY', value: boundsText, dropOrder: 4 },
      { title: 'CREATED (UTC)', value: (key) => time(key.created_at), dropOrder: 3 },
      { title: 'EXPIRES (UTC)', value: (key) => time(key.expires_at), dropOrder: 2 },
      {
        title: 'REVOKED (UTC)',
        value: (key) => time(key.revoked_at),
        dropOrder: 1,
        paint: terminal.colour.red,
      },
    ],
    { width: terminal.columns, paintTitle: terminal.colour.dim },
  );
  await line(terminal, table);
  return ExitCode.done;
}

/** `project=apollo cidr=10.0.0.0/8` */
function boundsText({ projects, categories, types, cidrs, subject }: KeyView): string {
  const bounds = Object.entries({ project: projects, category: categories, type: types, cidr: cidrs });
  const pairs = bounds.flatMap(([name, values]) => (values ?? []).map((value) => `${name}=${value}`));
  return [...pairs, ...(subject === undefined ? [] : [`actor=${subject}`])].join(' ');
}

async function createKey({ terminal }: CommandContext, options: CreateOptions): Promise<ExitCode> {
  // What was not said is left out of the JSON.
  const body = {
    name: options.name,
    roles: options.role,
    scopes: options.scope,
    projects: options.project,
    categories: options.category,
    types: options.type,
    cidrs: options.cidr,
    subject: options.subject,
    expires_at: options.expires,
  };
  const answer = await clientFor(options).json<NewKey>('/v1/keys', {
    method: 'POST',
    body,
  });
  await printNewKey(terminal, answer, options);
  return ExitCode.done;
}

async function rotateKey(
  { terminal }: CommandContext,
  id: string,
  options: ServerOptions,
): Promise<ExitCode> {
  const path = `/v1/keys/${encodeURIComponent(id)}/rotate`;
  const answer = await clientFor(options).json<NewKey>(path, {
    method: 'POST',
    body: {},
  });
  await printNewKey(terminal, answer, options);
  return ExitCode.done;
}

/** The key alone on stdout, so that `KEY=$(attestry keys create …)` works; the words go to stderr. */
async function printNewKey(terminal: Terminal, answer: NewKey, options: ServerOptions): Promise<void> {
  if (options.json === true) {
    await line(terminal, safeJson(answer));
    return;
  }
  await note(terminal, `Key ${plainText(answer.key.id)}. This is the only time it is shown:`);
  await line(terminal, plainText(answer.token));
}

async function revokeKey(
  { terminal }: CommandContext,
  id: string,
  options: ServerOptions,
): Promise<ExitCode> {
  const key = await clientFor(options).json<KeyView>(`/v1/keys/${encodeURIComponent(id)}`, {
    method: 'DELETE',
  });
  if (options.json === true) await line(terminal, safeJson(key));
  else await line(terminal, `${plainText(key.id)} is revoked`);
  return ExitCode.done;
}
