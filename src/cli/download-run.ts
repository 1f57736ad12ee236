import { randomUUID } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { transfer } from './download-file.ts';
import type { Item, Job } from './download-progress.ts';
import { faultSentence, type GatewayClient, Refused, Unreachable } from './gateway-client.ts';

/** One range that is asked for. */
export interface Range {
  readonly deviceId: string;
  readonly channelId: string;
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  /** Path of the file; null: the gateway's name for it, in `folder`. */
  readonly file: string | null;
}

export interface RunOptions {
  readonly speed: number | null;
  readonly transport: string | null;
  readonly exact: boolean;
  /** Where files without a name of their own go. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Names that other ranges of this command have taken. */
  readonly taken: Set<string>;
  /** The gateway told something new. */
  onJob(job: Job): void;
}

/** How one range ended. */
export type Outcome =
  | { readonly state: 'complete' | 'partial'; readonly job: Job; readonly file: string; readonly bytes: number }
  | { readonly state: 'failed' | 'cancelled'; readonly job: Job | null; readonly error: string };

/** Between two looks at a job: quick enough for a bar that moves. */
const LOOK_MS = 500;
/** A gateway that restarts goes on with its jobs; one that is away for longer needs somebody. */
const PATIENCE_MS = 180_000;
/** A cancel must not keep a terminal waiting. */
const CANCEL_MS = 5000;

/** Asks for a range, waits for it, fetches its file. Never rejects; called off, it cancels the job at the gateway. */
export async function runRange(client: GatewayClient, range: Range, item: Item, o: RunOptions): Promise<Outcome> {
  try {
    const job = await finished(client, range, item, o);
    if (job.state === 'failed') return { state: 'failed', job, error: wordsOf(job.error) };
    if (job.state !== 'complete' && job.state !== 'partial')
      return {
        state: 'cancelled',
        job,
        error: o.signal.aborted ? 'called off' : 'somebody cancelled it at the gateway',
      };
    const file = range.file ?? (await freeName(join(o.folder, safeName(job.path)), o.taken));
    const bytes = await transfer(client, {
      from: `downloads/${encodeURIComponent(job.id)}/file`,
      to: file,
      patienceMs: PATIENCE_MS,
      signal: o.signal,
      onBytes(have, total) {
        item.file = { have, total };
      },
    });
    return { state: job.state, job, file, bytes };
  } catch (error) {
    if (o.signal.aborted) return { state: 'cancelled', job: item.job, error: 'called off' };
    return { state: 'failed', job: item.job, error: faultWords(client, error) };
  } finally {
    item.isEnded = true;
  }
}

/** The job in the state it ended in. */
async function finished(client: GatewayClient, range: Range, item: Item, o: RunOptions): Promise<Job> {
  const { deviceId, channelId, startEpochMs, endEpochMs } = range;
  o.signal.throwIfAborted();
  let heardMs = performance.now();
  // asked again under the same key: an answer that was lost makes no second job
  const ask = {
    body: {
      start: new Date(startEpochMs).toISOString(),
      end: new Date(endEpochMs).toISOString(),
      ...(o.speed === null ? {} : { speed: o.speed }),
      ...(o.transport === null ? {} : { transport: o.transport }),
      ...(o.exact ? { exact: true } : {}),
    },
    headers: { 'idempotency-key': randomUUID() },
  };
  let job: Job | null = null;
  while (job === null) {
    try {
      job = (await client.ask('POST', jobsOf(deviceId, channelId), ask)) as Job;
    } catch (error) {
      if (!(error instanceof Unreachable) || performance.now() - heardMs > PATIENCE_MS) throw error;
      item.isAway = true;
      await pause(LOOK_MS, o.signal);
      o.signal.throwIfAborted();
    }
  }
  heardMs = performance.now();
  item.isAway = false;
  for (;;) {
    item.job = job;
    o.onJob(job);
    if (job.state !== 'queued' && job.state !== 'running' && job.state !== 'resuming') return job;
    await pause(LOOK_MS, o.signal);
    if (o.signal.aborted) return cancelled(client, job);
    try {
      job = (await client.ask('GET', `downloads/${encodeURIComponent(job.id)}`, { signal: o.signal })) as Job;
      heardMs = performance.now();
      item.isAway = false;
    } catch (error) {
      if (o.signal.aborted) return cancelled(client, job);
      if (!(error instanceof Unreachable) || performance.now() - heardMs > PATIENCE_MS) throw error;
      item.isAway = true;
    }
  }
}

function jobsOf(deviceId: string, channelId: string): string {
  return `devices/${encodeURIComponent(deviceId)}/channels/${encodeURIComponent(channelId)}/downloads`;
}

/** Tells the gateway to stop; without an answer the job goes on there, which its list shows. */
async function cancelled(client: GatewayClient, job: Job): Promise<Job> {
  const asked = client.ask('POST', `downloads/${encodeURIComponent(job.id)}/cancel`).catch(() => null);
  await Promise.race([asked, pause(CANCEL_MS, new AbortController().signal)]);
  return { ...job, state: 'cancelled' };
}

/** Waits, or ends at once when called off. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

/** The last part of the gateway's path, as a name that every disk takes. */
function safeName(path: string): string {
  return basename(path).replace(/[^\w.-]/g, '_') || 'download.mp4';
}

/**
 * The name, or the same with `-2`, `-3`, …: one that neither a file nor another command has. Names hold the time alone, so that cameras
 * fetched side by side want the same one; its part, made by whoever comes first, keeps it.
 */
async function freeName(path: string, taken: Set<string>): Promise<string> {
  const extension = extname(path);
  for (let number = 1; ; number++) {
    const name = number === 1 ? path : `${path.slice(0, path.length - extension.length)}-${number}${extension}`;
    if (taken.has(name) || (await isThere(name))) continue;
    const part = await open(`${name}.part`, 'wx').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return null;
    });
    if (part === null) continue;
    await part.close();
    // the other command may have finished since
    if (await isThere(name)) {
      await rm(`${name}.part`, { force: true });
      continue;
    }
    taken.add(name);
    return name;
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function faultWords(client: GatewayClient, error: unknown): string {
  if (error instanceof Refused || error instanceof Unreachable) return faultSentence(client, error);
  return `The file cannot be written: ${(error as Error).message}.`;
}

/** The `error` of a job: words, or an object with words. */
function wordsOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const { detail, code } = (error ?? {}) as { detail?: unknown; code?: unknown };
  return String(detail ?? code ?? 'The gateway does not say why.');
}
