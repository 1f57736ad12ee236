/**
 * The schema, version by version: entry n brings a database from version n to n + 1. An entry that has shipped is never
 * changed; a new one is added at the end. Keys and what is searched for are columns, the rest of a record is JSON.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE devices (id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE channels (
    device_id TEXT NOT NULL,
    id TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (device_id, id)
  ) WITHOUT ROWID;
  CREATE TABLE dialogues (call_id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE recordings (
    id TEXT PRIMARY KEY,
    device_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    start_epoch_ms INTEGER NOT NULL,
    record TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX recordings_by_start ON recordings (start_epoch_ms, id);
  `,
  `
  CREATE TABLE presence (
    device_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (device_id, number)
  ) WITHOUT ROWID;
  `,
];
