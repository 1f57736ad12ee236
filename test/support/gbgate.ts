import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gbgateCommand } from './program.ts';
import { wronglyTolerated } from './undisturbed.ts';

export const TOKEN = 'test-token';
export const SIP_PASSWORD = '12345678';
export const PLATFORM_ID = '34020000002000000001';
const STARTUP_LIMIT_MS = 30_000;

/** A gateway in a process of its own, as a user runs it; everything on loopback and free ports. */
export interface RunningGateway {
  child: ChildProcess;
  http: string;
  sipPort: number;
  data: string;
  log: string[];
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>;
  /** SIGTERM, and the exit status. Removes the data folder unless it was given. */
  stop(): Promise<number | null>;
  /** SIGKILL: nothing is cleaned up. */
  kill(): Promise<void>;
}

export interface GatewayRunOptions {
  args?: string[];
  data?: string;
  mediaPorts?: string;
}

export async function runGateway(o: GatewayRunOptions = {}): Promise<RunningGateway> {
  const data = o.data ?? (await mkdtemp(join(tmpdir(), 'gbgate-test-')));
  const child = spawn(
    process.execPath,
    gbgateCommand(
      'serve',
      ...['--http-host', '127.0.0.1', '--http-port', '0', '--sip-host', '127.0.0.1', '--sip-port', '0'],
      ...['--token', TOKEN, '--sip-password', SIP_PASSWORD, '--sip-id', PLATFORM_ID, '--data', data],
      ...['--media-ports', o.mediaPorts ?? '40000-41999'],
      ...(o.args ?? []),
    ),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const log: string[] = [];
  const ready = await new Promise<Record<string, any>>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready in time:\n${log.join('\n')}`)), STARTUP_LIMIT_MS);
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      log.push(line);
      if (!line.includes('"event":"ready"')) return;
      clearTimeout(timer);
      resolve(JSON.parse(line));
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`exit status ${code} before it was ready:\n${log.join('\n')}`));
    });
  });
  const portOf = (address: unknown) => Number(/(\d+)\D*$/.exec(String(address))?.[1]);
  const http = `http://127.0.0.1:${portOf(ready.http)}`;
  return {
    child,
    http,
    sipPort: portOf(ready.sip),
    data,
    log,
    async api(method, path, body) {
      const response = await fetch(http + path, {
        method,
        headers: {
          authorization: `Bearer ${TOKEN}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    },
    async stop() {
      child.kill('SIGTERM');
      const code = await exited;
      if (o.data === undefined) await rm(data, { recursive: true, force: true });
      const unusual = wronglyTolerated(portOf(ready.sip), log);
      if (unusual.length > 0) throw new Error(`findings of cameras without quirks:\n${unusual.join('\n')}`);
      return code;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Waits until `look` gives something; fails with `what` after `limitMs`. */
export async function until<T>(
  what: string,
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  limitMs = 30_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
