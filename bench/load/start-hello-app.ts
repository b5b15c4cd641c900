import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Framework, HelloOptions, HelloUse } from './hello-app.ts';

export interface HelloApp {
  readonly url: string;
  /** What the process uses; `collect` takes the heap after a full collection. */
  use(how?: 'collect'): Promise<HelloUse>;
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
    use: async (how) => {
      const answer = once(child, 'message');
      child.send(how ?? 'now');
      return ((await answer) as [HelloUse])[0];
    },
    stop: () => void child.kill('SIGKILL'),
  };
}
