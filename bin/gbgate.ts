#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { main } from '../src/cli/main.ts';

/** A second signal, or a stop that takes longer than any camera needs for its BYE, ends the process at once. */
const STOP_MS = 20_000;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
    setTimeout(() => process.exit(1), STOP_MS).unref();
  });
}

/** Beside the checkout's `bin/`, or above the built `dist/bin/`. */
const manifest = ['../package.json', '../../package.json']
  .map((path) => new URL(path, import.meta.url))
  .find(existsSync);
const version = manifest ? (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version : '0.0.0';

const { env, stdout, stderr } = process;
// Whoever read along has gone (`gbgate devices | head`, a log collector that died): no reason to stop.
for (const stream of [stdout, stderr]) stream.on('error', () => {});

/** A pipe takes 64 kB and the rest later: all of it must be out before the process goes. */
async function leave(status: number): Promise<never> {
  await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))));
  process.exit(status);
}

try {
  await leave(await main(process.argv.slice(2), { env, stdout, stderr, signal: stop.signal, version }));
} catch (error) {
  stderr.write(`gbgate: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  await leave(1);
}
