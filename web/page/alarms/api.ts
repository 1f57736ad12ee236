import { list, one, orNull, send } from '../api.ts';
import type { Page } from '../parts/pages.ts';

/** A sentence of the gateway in both languages. */
export interface BothWords {
  readonly en: string;
  readonly zh: string;
}

/** What a device told (`GET /api/v1/alarms`, and the event `alarm`). */
export interface Alarm {
  readonly id: string;
  readonly deviceId: string;
  /** Null: it names none of the device's channels. */
  readonly channelId: string | null;
  /** Whom it names: a channel, an alarm input, the device. */
  readonly sourceId: string;
  /** By the device's clock. */
  readonly time: string;
  readonly receivedAt: string;
  readonly method: number | null;
  readonly methodName: BothWords | null;
  readonly type: number | null;
  readonly typeName: BothWords | null;
  readonly eventType: number | null;
  readonly eventName: BothWords | null;
  /** 1, the highest, to 4. */
  readonly priority: number | null;
  readonly priorityName: BothWords | null;
  readonly description: string;
  readonly longitude?: number;
  readonly latitude?: number;
  readonly by: 'message' | 'notify';
  /** What could not be read, as the device wrote it. */
  readonly raw?: Readonly<Record<string, string>>;
}

/** What the numbers of alarms mean (`GET /api/v1/alarms/words`). */
export interface AlarmWordList {
  readonly methods: Readonly<Record<string, BothWords>>;
  readonly types: Readonly<Record<string, Readonly<Record<string, BothWords>>>>;
  readonly priorities: Readonly<Record<string, BothWords>>;
}

/** A picture that a device took, or that was made of its stream. */
export interface Snapshot {
  readonly id: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly time: string;
  readonly bytes: number;
  readonly source: 'device' | 'stream';
  readonly session: string;
  readonly alarmId?: string;
}

/** What an alarm sets off; what is absent fits every alarm. */
export interface AlarmRule {
  readonly name: string;
  readonly enabled: boolean;
  readonly deviceId?: string;
  readonly channelId?: string;
  readonly methods?: readonly number[];
  readonly types?: readonly number[];
  readonly priority?: number;
  readonly channels?: readonly { readonly deviceId: string; readonly channelId: string }[];
  readonly record: 'plan' | 'off' | number;
  readonly snapshot?: { readonly count: number; readonly intervalSeconds: number } | null;
}

async function page<T>(path: string, query: URLSearchParams, signal: AbortSignal): Promise<Page<T>> {
  return (await (await send(`${path}?${query}`, { signal })).json()) as Page<T>;
}

export const alarmPage = (query: URLSearchParams, signal: AbortSignal) => page<Alarm>('alarms', query, signal);
export const readAlarm = (id: string) => orNull(() => one<Alarm>(`alarms/${encodeURIComponent(id)}`));
export const readAlarmWords = () => one<AlarmWordList>('alarms/words');
export const snapshotPage = (query: URLSearchParams, signal: AbortSignal) => page<Snapshot>('snapshots', query, signal);
export const snapshotsOfAlarm = (alarmId: string) => list<Snapshot>('snapshots', { alarmId });

export async function deleteSnapshot(id: string): Promise<void> {
  await send(`snapshots/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

export const readRules = async () => (await one<{ rules: readonly AlarmRule[] }>('alarm-rules')).rules;

async function changeRules(init: RequestInit): Promise<readonly AlarmRule[]> {
  return ((await (await send('alarm-rules', init)).json()) as { rules: readonly AlarmRule[] }).rules;
}

export const putRules = (rules: readonly AlarmRule[]) =>
  changeRules({
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ rules }),
  });
/** Then alarms record as the plans of their channels say. */
export const takeRulesBack = () => changeRules({ method: 'DELETE' });
