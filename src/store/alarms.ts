import type { Database } from 'libsql';

/** An alarm as it is kept. Times are epoch milliseconds. */
export interface StoredAlarm {
  /** In the order of coming, 1 and up. */
  readonly number: number;
  readonly deviceId: string;
  /** Null: it names none of the device's channels. */
  readonly channelId: string | null;
  /** Whom the alarm names: a channel, an alarm input, the device, a centre. */
  readonly sourceId: string;
  /** By the device's clock; when it came, where that could not be read. */
  readonly epochMs: number;
  readonly receivedEpochMs: number;
  readonly method: number | null;
  readonly type: number | null;
  readonly eventType: number | null;
  readonly priority: number | null;
  readonly description: string;
  readonly longitude: number | null;
  readonly latitude: number | null;
  readonly by: 'message' | 'notify';
  /** As written, by element name, what could not be read. */
  readonly raw: Readonly<Record<string, string>>;
}

/** A page of alarms; what is absent filters nothing. */
export interface AlarmQuery {
  readonly deviceId?: string;
  readonly channelId?: string;
  readonly method?: number;
  readonly type?: number;
  /** This one or higher, that is: this number or a smaller one. */
  readonly priority?: number;
  readonly fromEpochMs?: number;
  readonly toEpochMs?: number;
  readonly limit: number;
  /** Only alarms that came before this one; null begins at the newest. */
  readonly before: number | null;
}

export interface AlarmRows {
  /** Number of the newest; 0: there is none. */
  lastNumber(): number;
  /** All in one transaction; false: the disk has refused it, and none is kept. */
  addAll(alarms: readonly StoredAlarm[]): boolean;
  /** The disk is being flushed, on another thread: who can wait for its end does. */
  mustWait(): boolean;
  get(number: number): StoredAlarm | undefined;
  /** Newest first. */
  page(query: AlarmQuery): StoredAlarm[];
  /** Drops of the `count` oldest what came before `receivedBefore`, and what is more than the newest `kept`. Answers how many. */
  trim(o: { readonly receivedBefore: number; readonly kept: number; readonly count: number }): number;
}

/** The table of alarms. `write` runs a change; false, and counted, when the disk refuses it. */
export function alarmTable(
  database: Database,
  write: (run: () => unknown) => boolean,
  mustWait: () => boolean,
): AlarmRows {
  const sql = {
    last: database.prepare('SELECT MAX(number) AS last FROM alarms'),
    add: database.prepare(
      `INSERT OR REPLACE INTO alarms (number, device_id, channel_id, method, type, priority, epoch_ms, record)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    get: database.prepare('SELECT record FROM alarms WHERE number = ?'),
    trimMany: database.prepare(
      `DELETE FROM alarms WHERE number IN (SELECT number FROM alarms ORDER BY number LIMIT ?2)
         AND number <= (SELECT MAX(number) FROM alarms) - ?1`,
    ),
    trimOld: database.prepare(
      `DELETE FROM alarms WHERE number IN (SELECT number FROM alarms ORDER BY number LIMIT ?2)
         AND json_extract(record, '$.receivedEpochMs') < ?1`,
    ),
  };
  const addAll = database.transaction((alarms: readonly StoredAlarm[]) => {
    for (const alarm of alarms) {
      const { number, deviceId, channelId, method, type, priority, epochMs } = alarm;
      sql.add.run(number, deviceId, channelId, method, type, priority, epochMs, JSON.stringify(alarm));
    }
  });
  const read = (row: unknown): StoredAlarm => JSON.parse((row as { record: string }).record) as StoredAlarm;
  return {
    lastNumber: () => (sql.last.get() as { last: number | null }).last ?? 0,
    addAll: (alarms) => write(() => addAll(alarms)),
    mustWait,
    get(number) {
      const row = sql.get.get(number);
      return row === undefined ? undefined : read(row);
    },
    page(query) {
      const filters: readonly (readonly [sql: string, value: string | number | null | undefined])[] = [
        ['number < ?', query.before],
        ['device_id = ?', query.deviceId],
        ['channel_id = ?', query.channelId],
        ['method = ?', query.method],
        ['type = ?', query.type],
        ['priority <= ?', query.priority],
        ['epoch_ms >= ?', query.fromEpochMs],
        ['epoch_ms < ?', query.toEpochMs],
      ];
      const given = filters.filter(([, value]) => value !== undefined && value !== null);
      const where = given.length === 0 ? '' : `WHERE ${given.map(([condition]) => condition).join(' AND ')}`;
      const values = given.map(([, value]) => value);
      return database
        .prepare(`SELECT record FROM alarms ${where} ORDER BY number DESC LIMIT ?`)
        .all(...values, query.limit)
        .map(read);
    },
    trim({ receivedBefore, kept, count }) {
      let dropped = 0;
      write(() => {
        dropped = sql.trimMany.run(kept, count).changes + sql.trimOld.run(receivedBefore, count).changes;
      });
      return dropped;
    },
  };
}
