import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { freshDist } from '../../build/fresh-dist.ts';
import { startCollector } from './event-collector.ts';
import { type AppOptions, type Framework, PLAIN_ROUTES } from './framework-app.ts';

// Another folder with another Next.js and the packed client in its node_modules, to try that version by hand.
const root = process.env['NEXT_SUITE_ROOT'] ?? join(import.meta.dirname, '../../../..');
const nextBin = join(root, 'node_modules/next/dist/bin/next');

/** The site of `next-site`, with the plain routes of the suite, built once for all its starts. */
export interface NextSite {
  readonly framework: Framework;
  remove(): void;
}

/** Builds the site below the root of the workspace, where Next finds its modules. */
export async function buildNextSite(): Promise<NextSite> {
  await freshDist();
  mkdirSync(join(root, '.tmp'), { recursive: true });
  const dir = mkdtempSync(join(root, '.tmp/next-site-'));
  cpSync(join(import.meta.dirname, 'next-site'), dir, { recursive: true });
  for (const [path, routes] of Map.groupBy(PLAIN_ROUTES, ([, route]) => route)) {
    const file = join(dir, 'app', path.replaceAll(/:(\w+)/g, '[$1]'), 'route.js');
    const suite = relative(dirname(file), join(dir, 'suite.js'));
    const exported = routes.map(
      ([method, , status]) => `export const ${method.toUpperCase()} = answer(${status});\n`,
    );
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `import { answer } from '${suite}';\n${exported.join('')}`);
  }
  const env = environment('http://127.0.0.1:1', 'standard');
  await promisify(execFile)(process.execPath, [nextBin, 'build'], { cwd: dir, env });
  return {
    framework: { name: 'Next.js 16', start: (options) => start(dir, options) },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function environment(url: string, options: 'standard' | 'asked'): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, VITEST: _vitest, NODE_ENV: _env, ...inherited } = process.env;
  return {
    ...inherited,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    SUITE_ROOT: root,
    SUITE_OPTIONS: options,
    ATTESTRY_URL: url,
    ATTESTRY_API_KEY: 'att_test',
  };
}

/** Starts the built site. Its client sends to a collector, or to nobody when the one that was given does. */
async function start(dir: string, options: AppOptions): ReturnType<Framework['start']> {
  const collector = await startCollector();
  const isReached = 'events' in options.client;
  const env = environment(
    isReached ? collector.url : 'http://127.0.0.1:1',
    options.reads === true ? 'asked' : 'standard',
  );
  const child = spawn(process.execPath, [nextBin, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
    cwd: dir,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const url = await addressOf(child);
  return {
    url,
    collected: collector.events,
    close: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await collector.close();
    },
  };
}

async function addressOf(child: ChildProcess): Promise<string> {
  let output = '';
  const listening = new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      if (url !== undefined && output.includes('Ready')) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`next start ended with ${code}: ${output}`)));
  });
  return await listening;
}
