import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Framework, HelloMemory, HelloOptions } from './hello-app.ts';

export interface HelloApp {
  readonly url: string;
  /** Heap in use after a full collection, and all that the process holds. */
  memory(): Promise<HelloMemory>;
  stop(): void;
}

/** Starts hello-app.ts as a process. */
export async function startHelloApp(framework: Framework, options: HelloOptions | null): Promise<HelloApp> {
  const child = fork(new URL('./hello-app.ts', import.meta.url), [framework, JSON.stringify(options)], {
    execArgv: ['--expose-gc'],
  });
  const [url] = (await once(child, 'message')) as [string];
  return {
    url,
    memory: async () => {
      const answer = once(child, 'message');
      child.send('memory');
      return ((await answer) as [HelloMemory])[0];
    },
    stop: () => void child.kill('SIGKILL'),
  };
}
