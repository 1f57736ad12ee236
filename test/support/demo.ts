import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { gbgateCommand } from './program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The gateway, its database and two cameras that register: well under this on an idle machine. */
const START_MS = 30_000;

/** A running `gbgate demo`. */
export interface Demo {
  /** The address it printed, with the token in its fragment. */
  readonly address: string;
  readonly token: string;
  /** Everything it wrote, for the message of a failing test. */
  output(): string;
  /** Stops it as a person would (SIGINT) and gives its exit status. */
  close(): Promise<number | null>;
}

/** Starts the demo from the sources. */
export async function startDemo(): Promise<Demo> {
  const child = spawn(process.execPath, gbgateCommand('demo'), {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const endMs = performance.now() + START_MS;
  for (;;) {
    const address = /https?:\/\/\S+#token=[\w.~-]+/.exec(output)?.[0];
    if (address !== undefined) {
      const token = new URLSearchParams(new URL(address).hash.slice(1)).get('token') ?? '';
      return { address, token, output: () => output, close: () => stop(child) };
    }
    if (child.exitCode !== null || performance.now() > endMs) {
      await stop(child);
      throw new Error(`the demo printed no address:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    const hard = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(hard);
  }
  return child.exitCode;
}
