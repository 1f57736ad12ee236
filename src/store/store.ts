import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import type { Recording } from '../record/archive.ts';
import type { Download } from '../record/download-row.ts';
import type { StoredPlan } from '../record/plan.ts';
import type { Channel, Device } from '../sip/camera/directory.ts';
import type { PresenceChange } from '../sip/camera/presence-change.ts';
import type { Dialogue } from '../sip/dialog.ts';
import { type AlarmRows, alarmTable } from './alarms.ts';
import { type Checkpoints, openCheckpoints } from './checkpoints.ts';
import { type DeliveryRows, deliveryTable } from './deliveries.ts';
import { lockFolder } from './lock.ts';
import { MIGRATIONS } from './migrations.ts';
import { type PositionRows, positionTable } from './positions.ts';
import { type SnapshotRows, snapshotTable } from './snapshots.ts';

/** The data folder cannot be used: one sentence for whoever started the gateway. */
export interface StoreFault {
  readonly fault: string;
}

/**
 * What the gateway keeps. Synchronous: SQLite writes to the journal in the page cache, in well under a millisecond, and
 * another thread brings it onto the disk. A
 * write that fails (disk full, I/O error) is counted, never thrown: the caller is in the middle of a SIP message or a
 * call, and what it holds in memory is still true.
 */
export interface Store {
  readonly settings: { get(name: string): string | undefined; put(name: string, value: string): void };
  readonly devices: { all(): Device[]; put(device: Device): void; delete(deviceId: string): void };
  readonly channels: {
    ofDevice(deviceId: string): Channel[];
    /** All in one transaction: a catalogue of 10,000 channels is one write. */
    putAll(channels: readonly Channel[]): void;
    delete(deviceId: string, channelId: string): void;
  };
  readonly dialogues: { all(): Dialogue[]; put(dialogue: Dialogue): void; delete(callId: string): void };
  readonly recordings: {
    /** Oldest first. */
    list(): Recording[];
    get(id: string): Recording | undefined;
    put(recording: Recording): void;
    delete(id: string): void;
  };
  readonly downloads: {
    /** In the order of asking. */
    list(): Download[];
    put(download: Download): void;
    delete(id: string): void;
  };
  /** Recording plans; what is kept of one names its channel. */
  readonly plans: {
    all(): StoredPlan[];
    put(plan: StoredPlan): void;
    delete(deviceId: string, channelId: string): void;
  };
  /** When devices came and went. */
  readonly presence: {
    /** Newest first. */
    ofDevice(deviceId: string): PresenceChange[];
    newest(deviceId: string): PresenceChange | undefined;
    /** Adds changes in their order, in one transaction, and drops what is older than the newest `kept` of each device. */
    addAll(changes: readonly PresenceChange[], kept: number): void;
    delete(deviceId: string): void;
  };
  /** What webhooks are owed, and what was sent to them. */
  readonly deliveries: DeliveryRows;
  readonly alarms: AlarmRows;
  /** Where devices were. */
  readonly positions: PositionRows;
  /** Pictures that are kept as files. */
  readonly snapshots: SnapshotRows;
  /** Writes that the disk refused, since the store was opened, and the database's words about the newest. */
  readonly faults: { readonly count: number; readonly last: string | null };
  /** Tells, once each time, that writes have begun to be refused, and why; null: that they are taken again. */
  watchFaults(tell: (why: string | null) => void): void;
  /** Idempotent. */
  close(): void;
}

/** Read and written by its owner alone. */
const PRIVATE = 0o600;
/** Pages of journal, 64 MB: a disk that is behind by more than that is waited for, before the journal fills it. */
const LAST_RESORT_PAGES = 16_384;

/** Opens (and makes, and migrates) the database of a data folder, and keeps other gateways out of it. */
export function openStore(dataDir: string, checkpointsOf = openCheckpoints): Store | StoreFault {
  let lock: ReturnType<typeof lockFolder>;
  let database: Database.Database;
  const path = join(dataDir, 'gbgate.db');
  try {
    mkdirSync(dataDir, { recursive: true });
    lock = lockFolder(join(dataDir, 'gbgate.lock'));
    if (lock === null) return { fault: `Another gateway is using the data folder ${dataDir}.` };
    keepPrivate(path);
    database = new Database(path);
  } catch (error) {
    return { fault: `The data folder ${dataDir} cannot be used: ${(error as Error).message}.` };
  }
  try {
    // WAL with NORMAL: a power cut may lose the last writes, never the database.
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000; PRAGMA journal_size_limit = 0;
       PRAGMA wal_autocheckpoint = ${LAST_RESORT_PAGES}`,
    );
    const fault = migrate(database);
    if (fault === null) return tables(database, checkpointsOf(path), lock.release);
    database.close();
    lock.release();
    return { fault: `The database in ${dataDir} ${fault}` };
  } catch (error) {
    database.close();
    lock.release();
    return { fault: `The database in ${dataDir} cannot be read: ${(error as Error).message}.` };
  }
}

/** The token, the keys and the sealed passwords of devices lie in it: nobody else on this machine reads it. Its journal is made with the same rights. */
function keepPrivate(path: string): void {
  closeSync(openSync(path, 'a', PRIVATE));
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, PRIVATE);
}

/** Brings the schema up to date, one transaction a version; null when it is. */
function migrate(database: Database.Database): string | null {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (row.user_version > MIGRATIONS.length)
    return `was written by a newer gbgate (schema ${row.user_version}, this one knows ${MIGRATIONS.length}). Use that one.`;
  for (const [version, sql] of MIGRATIONS.entries()) {
    if (version < row.user_version) continue;
    database.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${version + 1}; COMMIT`);
  }
  return null;
}

function tables(database: Database.Database, checkpoints: Checkpoints, unlock: () => void): Store {
  const read = <T>(rows: unknown[]) => (rows as { record: string }[]).map((row) => JSON.parse(row.record) as T);
  const sql = {
    setting: database.prepare('SELECT value FROM settings WHERE name = ?'),
    putSetting: database.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)'),
    devices: database.prepare('SELECT record FROM devices ORDER BY id'),
    putDevice: database.prepare('INSERT OR REPLACE INTO devices (id, record) VALUES (?, ?)'),
    deleteDevice: database.prepare('DELETE FROM devices WHERE id = ?'),
    channels: database.prepare('SELECT record FROM channels WHERE device_id = ? ORDER BY id'),
    putChannel: database.prepare('INSERT OR REPLACE INTO channels (device_id, id, record) VALUES (?, ?, ?)'),
    deleteChannel: database.prepare('DELETE FROM channels WHERE device_id = ? AND id = ?'),
    dialogues: database.prepare('SELECT record FROM dialogues ORDER BY call_id'),
    putDialogue: database.prepare('INSERT OR REPLACE INTO dialogues (call_id, record) VALUES (?, ?)'),
    deleteDialogue: database.prepare('DELETE FROM dialogues WHERE call_id = ?'),
    recordings: database.prepare('SELECT record FROM recordings ORDER BY start_epoch_ms, id'),
    recording: database.prepare('SELECT record FROM recordings WHERE id = ?'),
    putRecording: database.prepare(
      'INSERT OR REPLACE INTO recordings (id, device_id, channel_id, start_epoch_ms, record) VALUES (?, ?, ?, ?, ?)',
    ),
    deleteRecording: database.prepare('DELETE FROM recordings WHERE id = ?'),
    downloads: database.prepare('SELECT record FROM downloads ORDER BY number'),
    putDownload: database.prepare('INSERT OR REPLACE INTO downloads (id, number, record) VALUES (?, ?, ?)'),
    deleteDownload: database.prepare('DELETE FROM downloads WHERE id = ?'),
    plans: database.prepare('SELECT record FROM plans ORDER BY device_id, channel_id'),
    putPlan: database.prepare('INSERT OR REPLACE INTO plans (device_id, channel_id, record) VALUES (?, ?, ?)'),
    deletePlan: database.prepare('DELETE FROM plans WHERE device_id = ? AND channel_id = ?'),
    presence: database.prepare('SELECT record FROM presence WHERE device_id = ? ORDER BY number DESC'),
    newestPresence: database.prepare('SELECT record FROM presence WHERE device_id = ? ORDER BY number DESC LIMIT 1'),
    addPresence: database.prepare(
      'INSERT INTO presence (device_id, number, record) SELECT ?1, COALESCE(MAX(number), 0) + 1, ?2 FROM presence WHERE device_id = ?1',
    ),
    trimPresence: database.prepare(
      'DELETE FROM presence WHERE device_id = ?1 AND number <= (SELECT MAX(number) FROM presence WHERE device_id = ?1) - ?2',
    ),
    deletePresence: database.prepare('DELETE FROM presence WHERE device_id = ?'),
  };
  const putChannels = database.transaction((channels: readonly Channel[]) => {
    for (const channel of channels) sql.putChannel.run(channel.deviceId, channel.id, JSON.stringify(channel));
  });
  const addPresence = database.transaction((changes: readonly PresenceChange[], kept: number) => {
    for (const change of changes) {
      sql.addPresence.run(change.deviceId, JSON.stringify(change));
      sql.trimPresence.run(change.deviceId, kept);
    }
  });
  const faults: { count: number; last: string | null } = { count: 0, last: null };
  let tell: (why: string | null) => void = () => {};
  let isRefusing = false;
  const turn = (why: string | null) => {
    if (isRefusing === (why !== null)) return;
    isRefusing = why !== null;
    tell(why);
  };
  const write = (run: () => unknown): boolean => {
    try {
      run();
    } catch (error) {
      faults.count += 1;
      faults.last = (error as Error).message;
      turn(faults.last);
      return false;
    }
    turn(null);
    checkpoints.look();
    return true;
  };
  const mustWait = (): boolean => checkpoints.isRunning;
  let open = true;
  return {
    faults,
    watchFaults(now) {
      tell = now;
    },
    settings: {
      get: (name) => (sql.setting.get(name) as { value: string } | undefined)?.value,
      put: (name, value) => write(() => sql.putSetting.run(name, value)),
    },
    devices: {
      all: () => read(sql.devices.all()),
      put: (device) => write(() => sql.putDevice.run(device.id, JSON.stringify(device))),
      delete: (deviceId) => write(() => sql.deleteDevice.run(deviceId)),
    },
    channels: {
      ofDevice: (deviceId) => read(sql.channels.all(deviceId)),
      putAll: (channels) => write(() => putChannels(channels)),
      delete: (deviceId, channelId) => write(() => sql.deleteChannel.run(deviceId, channelId)),
    },
    dialogues: {
      all: () => read(sql.dialogues.all()),
      put: (dialogue) => write(() => sql.putDialogue.run(dialogue.callId, JSON.stringify(dialogue))),
      delete: (callId) => write(() => sql.deleteDialogue.run(callId)),
    },
    recordings: {
      list: () => read(sql.recordings.all()),
      get: (id) => read<Recording>(sql.recording.all(id))[0],
      put: (recording) =>
        write(() =>
          sql.putRecording.run(
            recording.id,
            recording.deviceId,
            recording.channelId,
            recording.startEpochMs,
            JSON.stringify(recording),
          ),
        ),
      delete: (id) => write(() => sql.deleteRecording.run(id)),
    },
    downloads: {
      list: () => read(sql.downloads.all()),
      put: (download) => write(() => sql.putDownload.run(download.id, download.number, JSON.stringify(download))),
      delete: (id) => write(() => sql.deleteDownload.run(id)),
    },
    plans: {
      all: () => read(sql.plans.all()),
      put: (plan) => write(() => sql.putPlan.run(plan.deviceId, plan.channelId, JSON.stringify(plan))),
      delete: (deviceId, channelId) => write(() => sql.deletePlan.run(deviceId, channelId)),
    },
    presence: {
      ofDevice: (deviceId) => read(sql.presence.all(deviceId)),
      newest: (deviceId) => read<PresenceChange>(sql.newestPresence.all(deviceId))[0],
      addAll: (changes, kept) => write(() => addPresence(changes, kept)),
      delete: (deviceId) => write(() => sql.deletePresence.run(deviceId)),
    },
    deliveries: deliveryTable(database, write),
    alarms: alarmTable(database, write, mustWait),
    positions: positionTable(database, write, mustWait),
    snapshots: snapshotTable(database, write),
    close() {
      if (!open) return;
      open = false;
      checkpoints.close();
      database.close();
      unlock();
    },
  };
}
