import type { Database } from 'libsql';

/** A picture that is kept as a file. Times are epoch milliseconds. */
export interface StoredSnapshot {
  readonly id: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly epochMs: number;
  readonly bytes: number;
  /** Relative to the data folder, with `/`. */
  readonly path: string;
  readonly type: 'image/jpeg' | 'image/png';
  /** Who made it: the device, or the gateway out of a key frame. */
  readonly source: 'device' | 'stream';
  /** Of the order that it belongs to. */
  readonly session: string;
  /** As the device names the file; '' when it says nothing. */
  readonly fileId: string;
  /** Number of the alarm it was taken for; null: somebody asked. */
  readonly alarm: number | null;
}

/** A page of pictures; what is absent filters nothing. */
export interface SnapshotQuery {
  readonly deviceId?: string;
  readonly channelId?: string;
  readonly session?: string;
  readonly alarm?: number;
  readonly fromEpochMs?: number;
  readonly toEpochMs?: number;
  readonly limit: number;
  /** The last one of the page before; null begins at the newest. */
  readonly after: { readonly epochMs: number; readonly id: string } | null;
}

export interface SnapshotRows {
  put(snapshot: StoredSnapshot): void;
  get(id: string): StoredSnapshot | undefined;
  /** Newest first. */
  page(query: SnapshotQuery): StoredSnapshot[];
  /** The oldest: those from before `epochMs`, and those that are more than the newest `kept`; `count` at most. */
  overdue(o: { readonly before: number; readonly kept: number; readonly count: number }): StoredSnapshot[];
  delete(id: string): void;
}

/** The table of pictures. `write` runs a change and counts it when the disk refuses it. */
export function snapshotTable(database: Database, write: (run: () => unknown) => void): SnapshotRows {
  const sql = {
    put: database.prepare(
      `INSERT OR REPLACE INTO snapshots (id, device_id, channel_id, session, alarm, epoch_ms, record)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    get: database.prepare('SELECT record FROM snapshots WHERE id = ?'),
    page: database.prepare(
      `SELECT record FROM snapshots WHERE (?1 IS NULL OR device_id = ?1) AND (?2 IS NULL OR channel_id = ?2)
         AND (?3 IS NULL OR session = ?3) AND (?4 IS NULL OR alarm = ?4) AND (?5 IS NULL OR epoch_ms >= ?5)
         AND (?6 IS NULL OR epoch_ms < ?6) AND (?7 IS NULL OR (epoch_ms, id) < (?7, ?8))
         ORDER BY epoch_ms DESC, id DESC LIMIT ?9`,
    ),
    old: database.prepare('SELECT record FROM snapshots WHERE epoch_ms < ? ORDER BY epoch_ms, id LIMIT ?'),
    count: database.prepare('SELECT COUNT(*) AS count FROM snapshots'),
    first: database.prepare('SELECT record FROM snapshots ORDER BY epoch_ms, id LIMIT ?'),
    delete: database.prepare('DELETE FROM snapshots WHERE id = ?'),
  };
  const read = (row: unknown): StoredSnapshot => JSON.parse((row as { record: string }).record) as StoredSnapshot;
  return {
    put(snapshot) {
      const { id, deviceId, channelId, session, alarm, epochMs } = snapshot;
      write(() => sql.put.run(id, deviceId, channelId, session, alarm, epochMs, JSON.stringify(snapshot)));
    },
    get(id) {
      const row = sql.get.get(id);
      return row === undefined ? undefined : read(row);
    },
    page({ deviceId, channelId, session, alarm, fromEpochMs, toEpochMs, limit, after }) {
      const filters = [deviceId, channelId, session, alarm, fromEpochMs, toEpochMs].map((each) => each ?? null);
      return sql.page.all(...filters, after?.epochMs ?? null, after?.id ?? null, limit).map(read);
    },
    overdue({ before, kept, count }) {
      const old = sql.old.all(before, count).map(read);
      const more = Math.min(count, (sql.count.get() as { count: number }).count - kept);
      return more <= old.length ? old : sql.first.all(more).map(read);
    },
    delete: (id) => write(() => sql.delete.run(id)),
  };
}
