import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { type GatewayClient, Refused, Unreachable } from './gateway-client.ts';

/** Silence after which a transfer is broken off and taken up again. */
const SILENCE_MS = 15_000;
const RETRY_MS = 1000;

export interface Transfer {
  /** Path below `/api/v1/`. */
  readonly from: string;
  /** The finished file; it is written as `….part` and renamed once. */
  readonly to: string;
  /** Gives up after so long without a byte. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  onBytes(have: number, total: number | null): void;
}

/**
 * Fetches a file whole: a transfer that breaks goes on behind its last byte (`Range`, `If-Range`), and begins anew when the file is
 * another by then. Answers its length; throws `Refused`, `Unreachable` when patience ends, or what the disk says. No part is left.
 */
export async function transfer(client: GatewayClient, o: Transfer): Promise<number> {
  const part = `${o.to}.part`;
  const file = await open(part, 'w');
  try {
    const bytes = await receive(client, file, o);
    await file.sync();
    await file.close();
    await rename(part, o.to);
    return bytes;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(part, { force: true });
    throw error;
  }
}

async function receive(client: GatewayClient, file: FileHandle, o: Transfer): Promise<number> {
  let have = 0;
  let etag: string | null = null;
  let lastByteMs = performance.now();
  for (;;) {
    try {
      let cut = () => {};
      const headers: Record<string, string> =
        have === 0 || etag === null ? {} : { range: `bytes=${have}-`, 'if-range': etag };
      const response = await client.open('GET', o.from, {
        headers,
        signal: o.signal,
        patience: (cutNow) => {
          cut = cutNow;
        },
      });
      const total = totalOf(response);
      if (response.status !== 206) {
        have = 0;
        await file.truncate(0);
      }
      etag = response.headers.get('etag');
      let isWhole = false;
      const onWhole = () => {
        isWhole = true;
      };
      for await (const chunk of chunksOf(response, cut, o.signal, onWhole)) {
        have += await writeAll(file, chunk, have);
        lastByteMs = performance.now();
        o.onBytes(have, total);
      }
      o.signal.throwIfAborted();
      if (have === total || (total === null && isWhole)) return have;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (performance.now() - lastByteMs > o.patienceMs) throw error;
    }
    if (performance.now() - lastByteMs > o.patienceMs) throw new Unreachable('the file does not come to its end');
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    o.signal.throwIfAborted();
  }
}

/** A disk that is nearly full takes a part, and says why with the next. */
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
  for (let done = 0; done < bytes.length; )
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  return bytes.length;
}

/** Bytes of an answer as they come; ends early, without `onWhole`, when the connection breaks, stays silent, or is called off. */
async function* chunksOf(
  response: Response,
  cut: () => void,
  signal: AbortSignal,
  onWhole: () => void,
): AsyncGenerator<Uint8Array> {
  let silence = setTimeout(cut, SILENCE_MS);
  signal.addEventListener('abort', cut);
  try {
    const reader = response.body?.getReader();
    for (;;) {
      // only what the network says ends it early: what the disk says goes on to whoever asked
      const next = (await reader?.read().catch(() => null)) ?? null;
      if (next?.done === true) onWhole();
      if (next?.value === undefined) return;
      clearTimeout(silence);
      yield next.value;
      silence = setTimeout(cut, SILENCE_MS);
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', cut);
    cut();
  }
}

/** Length of the whole file; null when the answer does not say. */
function totalOf(response: Response): number | null {
  const range = /^bytes \d+-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  const length = response.status === 206 ? range : response.headers.get('content-length');
  if (response.status === 206 && range === undefined)
    throw new Refused('The gateway answers a range without its place.');
  return length === null || length === undefined ? null : Number(length);
}
