import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { RunningServer } from '@attestry/testkit';
import { builtPackage, rootDir } from '../packed-package.ts';

const exampleDir = join(rootDir, 'examples/react-embed');

/** `examples/react-embed`, started as its README says. */
export interface ExampleApp {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

function environment(server: RunningServer): NodeJS.ProcessEnv {
  const { NODE_ENV: _env, NODE_OPTIONS: _options, VITEST: _vitest, PATH = '', ...inherited } = process.env;
  return {
    ...inherited,
    // The pinned Node, and what the workspace has installed, as npm sets it for scripts.
    PATH: `${join(process.execPath, '..')}:${join(rootDir, 'node_modules/.bin')}:${PATH}`,
    PORT: '0',
    ATTESTRY_URL: server.url,
    ATTESTRY_API_KEY: server.key,
  };
}

/** Builds and starts the example, in a process group of its own. */
export async function startExample(server: RunningServer): Promise<ExampleApp> {
  await builtPackage();
  execFileSync(process.execPath, [join(rootDir, 'packages/client/build/ensure-dist.ts')]);
  const app = spawn('sh', ['-c', 'vite build && node app.js'], {
    cwd: exampleDir,
    env: environment(server),
    stdio: 'pipe',
    detached: true,
  });
  return { url: await listening(app), stop: () => stop(app) };
}

function listening(app: ChildProcess): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const read = (text: string): void => {
      output += text;
      const url = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    };
    app.stdout?.setEncoding('utf8').on('data', read);
    app.stderr?.setEncoding('utf8').on('data', read);
    app.once('exit', (code) => reject(new Error(`the example ended with ${code}: ${output}`)));
  });
}

async function stop(app: ChildProcess): Promise<void> {
  if (app.exitCode !== null || app.signalCode !== null) return;
  const ended = once(app, 'exit');
  process.kill(-(app.pid as number), 'SIGTERM');
  await ended;
}
