import { statSync } from 'node:fs';
import AsyncDatabase from 'libsql/promise';

/** Brings what was written from the journal into the database, without the thread that writes. */
export interface Checkpoints {
  /** After a write: begins when the journal is long enough. */
  look(): void;
  /** The disk is at it now; what is written meanwhile may keep it from its end. */
  readonly isRunning: boolean;
  /** Nothing begins any more; what runs ends by itself. Idempotent. */
  close(): void;
}

/** A journal this long is taken over: what SQLite itself does after 1,000 pages, but on the thread that writes. */
export const JOURNAL_BYTES = 4_096_000;
/** After one that did not get to its end, because something was written meanwhile, or because the disk is full. */
const AGAIN_MS = 250;
/** As the writer's own: another writer holds the database for milliseconds. */
const BUSY_TIMEOUT_MS = 2000;

/**
 * A checkpoint waits for the disk twice, and the first write after it once more, for the journal's new head: on a thread of the
 * database's library all three, so that no frame waits for a disk that is slow. The last statement is that first write; its value has to
 * be another one each time, or nothing would be written.
 */
const STATEMENTS = `
  PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_size_limit = 0;
  PRAGMA wal_checkpoint(PASSIVE);
  INSERT OR REPLACE INTO settings (name, value) VALUES ('checkpoint', hex(randomblob(8)))`;

/** For the database at `path`, whose own connection never checkpoints. */
export function openCheckpoints(path: string): Checkpoints {
  let isRunning = false;
  let isClosed = false;
  let notBeforeMs = 0;
  const journalBytes = (): number => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const run = async (): Promise<void> => {
    isRunning = true;
    const database = new AsyncDatabase(path, {});
    try {
      await database.exec(STATEMENTS);
      // taken over whole, the journal begins anew with the statement's one row
      if (journalBytes() >= JOURNAL_BYTES) notBeforeMs = performance.now() + AGAIN_MS;
    } catch {
      // the disk is full, or the database is being closed: nothing is lost, the journal has it all
      notBeforeMs = performance.now() + AGAIN_MS;
    } finally {
      database.close();
      isRunning = false;
    }
  };
  return {
    look() {
      if (isRunning || isClosed || performance.now() < notBeforeMs) return;
      if (journalBytes() >= JOURNAL_BYTES) void run();
    },
    get isRunning() {
      return isRunning;
    },
    close() {
      isClosed = true;
    },
  };
}
