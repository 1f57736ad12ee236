import { send } from '../api.ts';

/** A capture of a stream: signalling and media exactly as received (contract, captures). */
export interface Capture {
  readonly id: string;
  readonly streamId: string;
  readonly state: 'running' | 'complete' | 'failed';
  /** As asked for; null of an earlier run of the gateway. */
  readonly seconds: number | null;
  readonly startedAt: string;
  readonly bytes: number;
  readonly packets: number | null;
  /** Packets left out because the disk was too slow. */
  readonly dropped: number;
  readonly error?: string;
}

/** The gateway keeps 16 of all streams. */
const LIMIT = 16;

/** Those of one stream, the newest first. */
export async function capturesOf(streamId: string): Promise<Capture[]> {
  const query = new URLSearchParams({ streamId, limit: String(LIMIT) });
  return ((await (await send(`captures?${query}`)).json()) as { items: Capture[] }).items;
}

/** `redact`: ids of 20 digits are replaced by made-up ones. */
export async function startCapture(streamId: string, order: { seconds: number; redact: boolean }): Promise<void> {
  await send(`streams/${encodeURIComponent(streamId)}/capture`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(order),
  });
}

/** Ends one that runs, and deletes its file. */
export async function deleteCapture(id: string): Promise<void> {
  await send(`captures/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
