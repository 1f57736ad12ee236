import type { Database } from 'libsql';

/** An event on its way to one webhook endpoint, or what became of it. Times are epoch milliseconds. */
export interface Delivery {
  /** Order within the endpoint; 0: not stored yet. */
  readonly number: number;
  /** Which endpoint; stable across restarts, holds nothing secret. */
  readonly endpoint: string;
  readonly eventId: string;
  readonly type: string;
  /** What the event speaks of, when a newer one of the same type makes it worthless; null otherwise. */
  readonly subject: string | null;
  readonly atEpochMs: number;
  /** The envelope exactly as it is sent. */
  readonly body: string;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  /** HTTP status of the newest attempt; null when nobody answered. */
  readonly status: number | null;
  /** Why the newest attempt failed. */
  readonly error: string | null;
  /** Of the newest attempt, milliseconds. */
  readonly durationMs: number | null;
  /** When it was delivered or given up. */
  readonly endedAtEpochMs: number | null;
}

/** A page of the log; what is absent filters nothing. */
export interface DeliveryQuery {
  readonly endpoint?: string;
  readonly state?: Delivery['state'];
  /** `download.completed` or `download.*` */
  readonly type?: string;
  readonly eventId?: string;
  readonly limit: number;
  /** Only rows before this one; null begins at the newest. */
  readonly before: number | null;
}

/** The queue of every endpoint and the log of what was sent. */
export interface DeliveryRows {
  /** Stores a delivery that waits; answers its number, or null when the disk refused it. */
  add(delivery: Delivery): number | null;
  /** Writes what an attempt brought. */
  update(delivery: Delivery): void;
  get(number: number): Delivery | undefined;
  /** The oldest that waits at an endpoint behind the row `after`. */
  next(endpoint: string, after: number): Delivery | undefined;
  pendingCount(endpoint: string): number;
  /** Endpoints with something that waits. */
  waitingEndpoints(): string[];
  /** Takes out what waits behind the row `after` and speaks of the same; answers how many. */
  dropSubject(endpoint: string, type: string, subject: string, after: number): number;
  /** The oldest `count` of the type that has the most waiting behind the row `after` end as failed; answers how many. */
  failOldest(endpoint: string, after: number, count: number, error: string, epochMs: number): number;
  /** Everything that waits at an endpoint ends as failed. */
  failAll(endpoint: string, error: string, epochMs: number): void;
  /** Drops the oldest that have ended, but for the newest `kept` of the endpoint. */
  trim(endpoint: string, kept: number): void;
  /** Newest first. */
  page(query: DeliveryQuery): Delivery[];
}

/** The table of deliveries. `write` runs a change and counts it when the disk refuses it. */
export function deliveryTable(database: Database, write: (run: () => unknown) => void): DeliveryRows {
  const waits = `endpoint = ?1 AND state = 'pending' AND number > ?2`;
  const fail = `UPDATE deliveries SET state = 'failed', record = json_set(record, '$.state', 'failed', '$.error', ?3, '$.endedAtEpochMs', ?4)`;
  const sql = {
    add: database.prepare(
      'INSERT INTO deliveries (endpoint, state, event_id, type, subject, record) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    update: database.prepare('UPDATE deliveries SET state = ?2, record = ?3 WHERE number = ?1'),
    get: database.prepare('SELECT number, record FROM deliveries WHERE number = ?'),
    next: database.prepare(`SELECT number, record FROM deliveries WHERE ${waits} ORDER BY number LIMIT 1`),
    count: database.prepare(`SELECT COUNT(*) AS count FROM deliveries WHERE endpoint = ? AND state = 'pending'`),
    waiting: database.prepare(`SELECT DISTINCT endpoint FROM deliveries WHERE state = 'pending'`),
    dropSubject: database.prepare(`DELETE FROM deliveries WHERE ${waits} AND subject = ?3 AND type = ?4`),
    fullest: database.prepare(
      `SELECT type FROM deliveries WHERE ${waits} GROUP BY type ORDER BY COUNT(*) DESC, type LIMIT 1`,
    ),
    failOldest: database.prepare(
      `${fail} WHERE number IN (SELECT number FROM deliveries WHERE ${waits} AND type = ?5 ORDER BY number LIMIT ?6)`,
    ),
    failAll: database.prepare(`${fail} WHERE ${waits}`),
    trim: database.prepare(
      `DELETE FROM deliveries WHERE endpoint = ?1 AND state <> 'pending' AND number <=
         (SELECT number FROM deliveries WHERE endpoint = ?1 AND state <> 'pending' ORDER BY number DESC LIMIT 1 OFFSET ?2)`,
    ),
    page: database.prepare(
      `SELECT number, record FROM deliveries WHERE (?1 IS NULL OR number < ?1) AND (?2 IS NULL OR endpoint = ?2)
         AND (?3 IS NULL OR state = ?3) AND (?4 IS NULL OR type GLOB ?4) AND (?5 IS NULL OR event_id = ?5)
         ORDER BY number DESC LIMIT ?6`,
    ),
  };
  const read = (row: unknown): Delivery => {
    const { number, record } = row as { number: number; record: string };
    return { ...(JSON.parse(record) as Delivery), number };
  };
  const readFirst = (row: unknown): Delivery | undefined => (row === undefined ? undefined : read(row));
  return {
    add(delivery) {
      const { endpoint, state, eventId, type, subject } = delivery;
      let number: number | null = null;
      write(() => {
        const { lastInsertRowid } = sql.add.run(endpoint, state, eventId, type, subject, JSON.stringify(delivery));
        number = Number(lastInsertRowid);
      });
      return number;
    },
    update(delivery) {
      write(() => sql.update.run(delivery.number, delivery.state, JSON.stringify(delivery)));
    },
    get: (number) => readFirst(sql.get.get(number)),
    next: (endpoint, after) => readFirst(sql.next.get(endpoint, after)),
    pendingCount: (endpoint) => (sql.count.get(endpoint) as { count: number }).count,
    waitingEndpoints: () => (sql.waiting.all() as { endpoint: string }[]).map((row) => row.endpoint),
    dropSubject(endpoint, type, subject, after) {
      let dropped = 0;
      write(() => {
        dropped = sql.dropSubject.run(endpoint, after, subject, type).changes;
      });
      return dropped;
    },
    failOldest(endpoint, after, count, error, epochMs) {
      const fullest = sql.fullest.get(endpoint, after) as { type: string } | undefined;
      if (fullest === undefined) return 0;
      let failed = 0;
      write(() => {
        failed = sql.failOldest.run(endpoint, after, error, epochMs, fullest.type, count).changes;
      });
      return failed;
    },
    failAll(endpoint, error, epochMs) {
      write(() => sql.failAll.run(endpoint, 0, error, epochMs));
    },
    trim(endpoint, kept) {
      write(() => sql.trim.run(endpoint, kept));
    },
    page({ endpoint, state, type, eventId, limit, before }) {
      const rows = sql.page.all(before, endpoint ?? null, state ?? null, type ?? null, eventId ?? null, limit);
      return rows.map(read);
    },
  };
}
