/** Child processes of the benches: the load generator and the watchers. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadSum } from './load.ts';

export interface RunningLoad {
  /** Stops sending and says what was sent. */
  stop(): Promise<LoadSum>;
}

/** Forks a TypeScript file of this folder. */
export function forkBench(file: string): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), { execArgv: ['--import', 'tsx'] });
}

/** The next message of a child that has `key`; fails when the child ends instead. */
export function reply<T>(child: ChildProcess, key: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      if (typeof message !== 'object' || message === null || !(key in message)) return;
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve((message as Record<string, T>)[key] as T);
    };
    const onExit = (code: number | null) => reject(new Error(`${child.spawnfile} ended with ${code}`));
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}

export async function startLoad(order: LoadOrder): Promise<RunningLoad> {
  const child = forkBench('load.ts');
  const started = reply<true>(child, 'started');
  child.send({ start: order });
  await started;
  return {
    stop: async () => {
      const sum = reply<LoadSum>(child, 'sum');
      const ended = once(child, 'exit');
      child.send({ stop: true });
      const value = await sum;
      await ended;
      return value;
    },
  };
}
