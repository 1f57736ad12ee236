import type { Database } from 'libsql';

/** One point of a track. Times are epoch milliseconds, coordinates WGS-84 degrees. */
export interface StoredPosition {
  readonly deviceId: string;
  /** The channel, or the device itself where the position names none of its channels. */
  readonly channelId: string;
  /** By the device's clock; when it came, where that cannot be. */
  readonly epochMs: number;
  readonly receivedEpochMs: number;
  readonly longitude: number;
  readonly latitude: number;
  /** km/h. */
  readonly speed: number | null;
  /** Degrees clockwise from north. */
  readonly direction: number | null;
  /** Metres above sea level. */
  readonly altitude: number | null;
  /** Metres above the ground. */
  readonly height: number | null;
}

/** A page of a track. */
export interface PositionQuery {
  readonly deviceId: string;
  readonly channelId: string;
  readonly fromEpochMs: number;
  /** Exclusive. */
  readonly toEpochMs: number;
  readonly limit: number;
  /** Only points after this one; null begins at the oldest. */
  readonly after: number | null;
}

export interface PositionRows {
  /** All in one transaction; two of one channel at the same time are one, the newer. False: the disk has refused it, and none is kept. */
  addAll(positions: readonly StoredPosition[]): boolean;
  /** The disk is being flushed, on another thread: who can wait for its end does. */
  mustWait(): boolean;
  /** Oldest first. */
  page(query: PositionQuery): StoredPosition[];
  /** The newest of each channel, in the order of their ids, at most `limit` of those behind `after`. */
  newest(o: {
    readonly after: { readonly deviceId: string; readonly channelId: string } | null;
    readonly limit: number;
  }): StoredPosition[];
  /** Drops at most `count` of those before `before`, and of what is more than `kept` in all; the oldest first. Answers how many. */
  trim(o: { readonly before: number; readonly kept: number; readonly count: number }): number;
  /** Drops at most `count` points of a device. Answers how many. */
  drop(deviceId: string, count: number): number;
}

/** The table of tracks. `write` runs a change; false, and counted, when the disk refuses it. */
export function positionTable(
  database: Database,
  write: (run: () => unknown) => boolean,
  mustWait: () => boolean,
): PositionRows {
  const sql = {
    add: database.prepare(
      'INSERT OR IGNORE INTO positions (device_id, channel_id, epoch_ms, record) VALUES (?, ?, ?, ?)',
    ),
    replace: database.prepare(
      'UPDATE positions SET record = ?4 WHERE device_id = ?1 AND channel_id = ?2 AND epoch_ms = ?3',
    ),
    page: database.prepare(
      `SELECT record FROM positions WHERE device_id = ? AND channel_id = ? AND epoch_ms >= ? AND epoch_ms < ? AND epoch_ms > ?
         ORDER BY epoch_ms LIMIT ?`,
    ),
    // one look into the index a channel, however long its track is
    nextPlace: database.prepare(
      `SELECT device_id, channel_id FROM positions WHERE (device_id, channel_id) > (?, ?)
         ORDER BY device_id, channel_id LIMIT 1`,
    ),
    last: database.prepare(
      'SELECT record FROM positions WHERE device_id = ? AND channel_id = ? ORDER BY epoch_ms DESC LIMIT 1',
    ),
    count: database.prepare('SELECT COUNT(*) AS count FROM positions'),
    oldest: database.prepare('SELECT device_id, channel_id, epoch_ms FROM positions ORDER BY epoch_ms LIMIT ?'),
    drop: database.prepare('DELETE FROM positions WHERE device_id = ? AND channel_id = ? AND epoch_ms = ?'),
    ofDevice: database.prepare('SELECT device_id, channel_id, epoch_ms FROM positions WHERE device_id = ? LIMIT ?'),
  };
  // counted once, before anything runs: of millions it takes as long as many frames
  let rows = (sql.count.get() as { count: number }).count;
  const addAll = database.transaction((positions: readonly StoredPosition[]) => {
    let added = 0;
    for (const position of positions) {
      const values = [position.deviceId, position.channelId, position.epochMs, JSON.stringify(position)];
      if (sql.add.run(...values).changes > 0) added += 1;
      else sql.replace.run(...values);
    }
    return added;
  });
  type Key = { device_id: string; channel_id: string; epoch_ms: number };
  const dropAll = database.transaction((keys: readonly Key[]) => {
    for (const { device_id, channel_id, epoch_ms } of keys) sql.drop.run(device_id, channel_id, epoch_ms);
  });
  const drop = (keys: readonly Key[]): number => {
    if (keys.length === 0 || !write(() => dropAll(keys))) return 0;
    rows -= keys.length;
    return keys.length;
  };
  return {
    addAll: (positions) =>
      write(() => {
        rows += addAll(positions);
      }),
    mustWait,
    page({ deviceId, channelId, fromEpochMs, toEpochMs, limit, after }) {
      const rows = sql.page.all(deviceId, channelId, fromEpochMs, toEpochMs, after ?? fromEpochMs - 1, limit);
      return (rows as { record: string }[]).map(({ record }) => JSON.parse(record) as StoredPosition);
    },
    newest({ after, limit }) {
      const found: StoredPosition[] = [];
      let place: { device_id: string; channel_id: string } | undefined = {
        device_id: after?.deviceId ?? '',
        channel_id: after?.channelId ?? '',
      };
      while (found.length < limit) {
        place = sql.nextPlace.get(place.device_id, place.channel_id) as typeof place;
        if (place === undefined) break;
        const { record } = sql.last.get(place.device_id, place.channel_id) as { record: string };
        found.push(JSON.parse(record) as StoredPosition);
      }
      return found;
    },
    trim({ before, kept, count }) {
      const surplus = rows - kept;
      const oldest = sql.oldest.all(count) as Key[];
      return drop(oldest.filter((key, index) => key.epoch_ms < before || index < surplus));
    },
    drop: (deviceId, count) => drop(sql.ofDevice.all(deviceId, count) as Key[]),
  };
}
