import Database from 'libsql';

/** Holds a data folder for one process. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes the folder, or answers null when another process has it. The lock is a transaction that stays open on a database
 * of its own: the kernel drops it with the process, so that a `kill -9` leaves nothing that blocks the next start, and other
 * programs may still read `gbgate.db`.
 */
export function lockFolder(path: string): FolderLock | null {
  const database = new Database(path);
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch {
    database.close();
    return null;
  }
  return {
    release() {
      database.exec('ROLLBACK');
      database.close();
    },
  };
}
