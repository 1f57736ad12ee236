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
  `
  CREATE TABLE deliveries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint TEXT NOT NULL,
    state TEXT NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    subject TEXT,
    record TEXT NOT NULL
  );
  CREATE INDEX deliveries_by_state ON deliveries (endpoint, state, number);
  CREATE INDEX deliveries_by_subject ON deliveries (endpoint, subject) WHERE subject IS NOT NULL;
  `,
  `
  CREATE TABLE downloads (id TEXT PRIMARY KEY, number INTEGER NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX downloads_by_number ON downloads (number);
  `,
  `
  CREATE TABLE plans (
    device_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (device_id, channel_id)
  ) WITHOUT ROWID;
  `,
  `
  CREATE TABLE alarms (
    number INTEGER PRIMARY KEY,
    device_id TEXT NOT NULL,
    channel_id TEXT,
    method INTEGER,
    type INTEGER,
    priority INTEGER,
    epoch_ms INTEGER NOT NULL,
    record TEXT NOT NULL
  );
  CREATE INDEX alarms_by_device ON alarms (device_id, number);
  CREATE TABLE snapshots (
    id TEXT PRIMARY KEY,
    device_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    session TEXT NOT NULL,
    alarm INTEGER,
    epoch_ms INTEGER NOT NULL,
    record TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX snapshots_by_time ON snapshots (epoch_ms, id);
  `,
  `
  CREATE TABLE positions (
    device_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    epoch_ms INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (device_id, channel_id, epoch_ms)
  ) WITHOUT ROWID;
  CREATE INDEX positions_by_time ON positions (epoch_ms);
  `,
  `
  CREATE INDEX alarms_by_channel ON alarms (channel_id, number);
  CREATE INDEX alarms_by_method ON alarms (method, number);
  CREATE INDEX alarms_by_type ON alarms (type, number);
  `,
];
