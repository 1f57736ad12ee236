/** What a running download needs of the world. Types only. */
import type { Download } from './download-row.ts';
import type { RecordFile } from './file.ts';
import type { FindFootage, OpenFootage } from './source.ts';

/** Time, handed in. */
interface DownloadClock {
  nowMs(): number;
  epochMs(): number;
  after(ms: number, action: () => void): () => void;
}

export interface RunPorts {
  readonly find: FindFootage;
  readonly open: OpenFootage;
  readonly clock: DownloadClock;
  isOnline(deviceId: string): boolean;
  absolutePath(path: string): string;
  /** The row is stored. */
  save(row: Download): void;
  tell(what: 'resumed' | 'progress', row: Download): void;
  /** For tests: another file than the one on the disk. */
  readonly openFile?: (path: string) => Promise<RecordFile>;
}
