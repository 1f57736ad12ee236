import { list, send } from '../api.ts';

export type Severity = 'error' | 'warning' | 'note';

/** What is wrong; `values` are what a sentence about it speaks of. */
export interface Warning {
  readonly code: string;
  readonly severity: Severity;
  readonly sentence: string;
  readonly cure: string;
  readonly values: Readonly<Record<string, string | number>>;
  readonly deviceId?: string;
}

/** `GET /api/v1/system`. Loads: 1 is one whole core for the process, all of them for the machine. */
export interface System {
  readonly versions: { readonly gbgate: string; readonly node: string; readonly ffmpeg: string | null };
  readonly uptimeSeconds: number;
  readonly time: string;
  readonly httpPort: number;
  readonly sipPort: number;
  readonly sipTlsPort?: number | null;
  readonly mediaPorts: string;
  readonly platformId?: string;
  readonly timeZone?: string;
  readonly process: {
    readonly cpu: number;
    readonly memoryBytes: number;
    readonly heapBytes: number;
    readonly loopDelayP99Ms: number;
    readonly loopDelayMaxMs: number;
  };
  readonly machine: {
    readonly cores: number;
    readonly cpu: number;
    readonly memoryBytes: number;
    readonly memoryFreeBytes: number;
    readonly receiveBufferMaxBytes: number | null;
  };
  readonly disk: { readonly path: string; readonly totalBytes: number; readonly freeBytes: number } | null;
  readonly ports: {
    readonly total: number;
    readonly leased: number;
    readonly heldOff: number;
    readonly occupied: number;
    readonly free: number;
  };
  readonly counters: Readonly<Record<string, number>>;
  readonly warnings: readonly Warning[];
}

/** `askDevices`: the devices are asked for their time first. */
export async function readSystem(o: { askDevices: boolean }, signal: AbortSignal): Promise<System> {
  return (await (await send(o.askDevices ? 'system?askDevices=true' : 'system', { signal })).json()) as System;
}

/** What stands in the messages to a device, and what its own say. */
export interface Told {
  readonly deviceId: string;
  readonly name: string;
  readonly online: boolean;
  readonly source: string | null;
  readonly via: string;
  readonly contact: string;
  readonly sdp: { readonly origin: string; readonly connection: string };
  readonly says: readonly string[];
  readonly clockOffsetSeconds: number | null;
}

export const readTold = () => list<Told>('system/devices');

export interface LogLine {
  readonly seq: number;
  readonly time: string | null;
  readonly level: number;
  readonly levelName: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface LogFilter {
  readonly level: string;
  readonly q: string;
  readonly deviceId: string;
}

/** Lines after `since` (0: the newest there are); `waitSeconds` waits for the next one. */
export async function readLog(
  filter: LogFilter,
  o: { since: number; waitSeconds: number },
  signal: AbortSignal,
): Promise<{ items: LogLine[]; last: number }> {
  const query = new URLSearchParams({ limit: '500', since: String(o.since), waitSeconds: String(o.waitSeconds) });
  for (const [key, value] of Object.entries(filter)) if (value !== '') query.set(key, value);
  return (await (await send(`log?${query}`, { signal })).json()) as { items: LogLine[]; last: number };
}
