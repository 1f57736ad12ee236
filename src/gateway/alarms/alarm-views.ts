import type { ALARM_WORDS, Words } from '../../sip/manscdp/alarm-words.ts';
import type { AlarmQuery } from '../../store/alarms.ts';
import type { SnapshotQuery } from '../../store/snapshots.ts';
import type { Problem } from '../views.ts';

/** What the outside sees of alarms and of the pictures that devices take. Types only. */

export interface AlarmView {
  readonly id: string;
  readonly deviceId: string;
  /** Null: it names none of the device's channels. */
  readonly channelId: string | null;
  /** Whom it names: a channel, an alarm input, the device, a centre of ten digits. */
  readonly sourceId: string;
  /** By the device's clock; when it came, where that could not be read. */
  readonly time: string;
  readonly receivedAt: string;
  readonly method: number | null;
  readonly methodName: Words | null;
  /** Means something else with each method. */
  readonly type: number | null;
  readonly typeName: Words | null;
  /** Of an intrusion: 1 entered, 2 left. */
  readonly eventType: number | null;
  readonly eventName: Words | null;
  /** 1, the highest, to 4. */
  readonly priority: number | null;
  readonly priorityName: Words | null;
  readonly description: string;
  readonly longitude?: number;
  readonly latitude?: number;
  readonly by: 'message' | 'notify';
  /** As the device wrote it, by element name, what could not be read. */
  readonly raw?: Readonly<Record<string, string>>;
}

/** Stored alarms, as the API asks for them. */
export interface AlarmsDesk {
  /** What the numbers mean. */
  readonly words: typeof ALARM_WORDS;
  /** Newest first. */
  page(query: AlarmQuery): { readonly items: AlarmView[]; readonly hasMore: boolean };
  get(id: string): AlarmView | null;
}

/** What an alarm sets off. What is absent matches every alarm. */
export interface AlarmRule {
  readonly name: string;
  readonly enabled: boolean;
  readonly deviceId?: string;
  /** The channel or source that the alarm names. */
  readonly channelId?: string;
  readonly methods?: readonly number[];
  readonly types?: readonly number[];
  /** This one or a higher one: this number or a smaller one. */
  readonly priority?: number;
  /** Channels that are recorded and taken pictures of; the alarm's own unless told. */
  readonly channels?: readonly { readonly deviceId: string; readonly channelId: string }[];
  /** `plan`: where a recording plan of mode `alarm` says so. A number: that many seconds, whatever the plan says. */
  readonly record: 'plan' | 'off' | number;
  /** Pictures to take, `count` of them. */
  readonly snapshot: { readonly count: number; readonly intervalSeconds: number } | null;
}

export interface AlarmRulesDesk {
  all(): readonly AlarmRule[];
  /** Replaces all of them; null gives back those that hold when nobody has set any. */
  put(rules: readonly AlarmRule[] | null): readonly AlarmRule[];
}

export interface SnapshotView {
  readonly id: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly time: string;
  readonly bytes: number;
  /** Relative to the data folder. */
  readonly path: string;
  /** Who made it: the device, or the gateway out of the stream's key frame. */
  readonly source: 'device' | 'stream';
  /** Of the order that it belongs to. */
  readonly session: string;
  /** As the device names the file. */
  readonly fileId?: string;
  /** Of the alarm it was taken for. */
  readonly alarmId?: string;
}

/** An order of pictures that has begun. */
export interface SnapshotOrderView {
  /** Repeated by `snapshot.completed` and by each picture. */
  readonly session: string;
  readonly source: 'device' | 'stream';
}

/** Where the HTTP side listens, for the addresses that devices upload to. */
export interface Served {
  readonly host: string;
  readonly port: number;
  /** Our address behind a reverse proxy; null: there is none. */
  readonly publicUrl: string | null;
  /** We speak HTTPS ourselves. */
  readonly isSecure?: boolean;
}

/** Pictures of devices, as the API asks for them. */
export interface ImageSnapshotsDesk {
  /** Orders `count` (1 to 10) pictures: of the device, else of the stream. */
  take(
    deviceId: string,
    channelId: string,
    o: { readonly count: number; readonly intervalSeconds: number; readonly force: boolean },
  ): Promise<SnapshotOrderView | Problem>;
  /** From now on devices can upload there. */
  servedAt(served: Served): void;
  /** Whether somebody waits for pictures under that session. */
  expects(session: string): boolean;
  /** One picture that was sent for a session; `name`: as the sender calls it, '' when it does not. */
  uploaded(session: string, name: string, bytes: Uint8Array): Promise<SnapshotView | Problem>;
  /** Newest first. */
  page(query: SnapshotQuery): { readonly items: SnapshotView[]; readonly hasMore: boolean };
  get(id: string): SnapshotView | null;
  file(id: string): { readonly absolutePath: string; readonly type: 'image/jpeg' | 'image/png' } | null;
  /** False: there is none. */
  delete(id: string): Promise<boolean>;
}
