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
import { formatCount } from '../terminal/quantity.ts';
import { renderTable } from '../terminal/table.ts';
import { line } from '../terminal/terminal.ts';

interface TenantView {
  readonly id: string;
  readonly name?: string | null;
  readonly created_at?: string;
  readonly size?: number;
  readonly origin?: string;
  readonly vkey?: string;
}

interface CreateOptions extends ServerOptions {
  readonly name?: string;
}

/** `attestry tenants`: who shares this server. */
export function registerTenants(program: Command, context: CommandContext): void {
  const group = program
    .command('tenants')
    .summary('list and make tenants')
    .description('Tenants of the server (platform admins).');
  withExamples(group, [['attestry tenants list', 'logs, their sizes and verifier keys']]);
  const list = withServerOptions(
    group
      .command('list')
      .description('Lists tenants with the verifier key of each log: what outsiders check signatures with.'),
  );
  list.action(runs(context, (options: ServerOptions) => listTenants(context, options)));
  withExamples(list, [['attestry tenants list', 'logs, their sizes and verifier keys']]);
  const create = withServerOptions(
    group
      .command('create')
      .description('Makes a tenant with a log of its own.')
      .argument('<id>', 'letters, digits, dot, dash, underscore')
      .option('--name <name>', 'name for people'),
  );
  create.action(runs(context, (id: string, options: CreateOptions) => createTenant(context, id, options)));
  withExamples(create, [
    ['attestry tenants create acme --name "Acme Ltd"', 'then: attestry keys create --tenant acme ...'],
  ]);
}

async function listTenants({ terminal }: CommandContext, options: ServerOptions): Promise<ExitCode> {
  const answer = await clientFor(options).json<{ tenants: readonly TenantView[] }>('/v1/tenants');
  if (options.json === true) {
    await line(terminal, safeJson(answer));
    return ExitCode.done;
  }
  const table = renderTable(
    answer.tenants,
    [
      { title: 'ID', value: (tenant) => tenant.id },
      { title: 'NAME', value: (tenant) => tenant.name ?? '', dropOrder: 2 },
      {
        title: 'RECORDS',
        value: (tenant) => (tenant.size === undefined ? '' : formatCount(tenant.size)),
        align: 'right',
      },
      { title: 'CREATED (UTC)', value: (tenant) => tableTime(tenant.created_at ?? ''), dropOrder: 3 },
      { title: 'VERIFIER KEY', value: (tenant) => tenant.vkey ?? '', widthMin: 20, dropOrder: 1 },
    ],
    { width: terminal.columns, paintTitle: terminal.colour.dim },
  );
  await line(terminal, table);
  return ExitCode.done;
}

async function createTenant(
  { terminal }: CommandContext,
  id: string,
  options: CreateOptions,
): Promise<ExitCode> {
  const body = { id, ...(options.name === undefined ? {} : { name: options.name }) };
  const tenant = await clientFor(options).json<TenantView>('/v1/tenants', { method: 'POST', body });
  if (options.json === true) await line(terminal, safeJson(tenant));
  else
    await line(terminal, `tenant ${plainText(tenant.id)} made; its log is ${plainText(tenant.origin ?? '')}`);
  return ExitCode.done;
}
