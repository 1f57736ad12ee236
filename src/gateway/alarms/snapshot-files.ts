import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { safeName } from '../../record/archive.ts';
import type { SnapshotQuery, SnapshotRows, StoredSnapshot } from '../../store/snapshots.ts';
import type { Clock } from '../clock.ts';
import type { Problem } from '../views.ts';
import type { SnapshotView } from './alarm-views.ts';

/** The old ones are looked for this often, and after each new one. */
const TRIM_MS = 10 * 60_000;
/** Files deleted at a time. */
const TRIM_COUNT = 100;
/** Pictures of one channel in one millisecond. */
const MAX_SAME_NAMES = 100;
const DAY_MS = 86_400_000;

export interface SnapshotFilesPorts {
  readonly rows: SnapshotRows;
  readonly dataDir: string;
  readonly clock: Clock;
  /** Days that pictures are kept; null: for ever. */
  readonly keepDays: number | null;
  /** Pictures that are kept. */
  readonly maxFiles: number;
  iso(epochMs: number): string;
  newId(): string;
}

/** What is known of a picture before it is a file. */
export type NewSnapshot = Omit<StoredSnapshot, 'id' | 'bytes' | 'path' | 'type'>;

/** Pictures as files of the data folder, with a row each; the oldest go. */
export class SnapshotFiles {
  readonly #ports: SnapshotFilesPorts;
  /** Names that are being written. */
  readonly #taken = new Set<string>();
  #cancelTrim: () => void;
  #trimming: Promise<void> = Promise.resolve();

  constructor(ports: SnapshotFilesPorts) {
    this.#ports = ports;
    this.#cancelTrim = ports.clock.after(0, () => this.#trim());
  }

  /** Writes a picture, whole or not at all. The name is ours: nothing that a device says gets into a path. */
  async add(about: NewSnapshot, picture: Uint8Array): Promise<SnapshotView | Problem> {
    const type = typeOf(picture);
    if (type === null) return { problem: 'bad_request', detail: 'This is neither a JPEG nor a PNG.' };
    const { rows, dataDir, newId } = this.#ports;
    const path = this.#freePath(about, type === 'image/png' ? 'png' : 'jpg');
    const target = join(dataDir, path);
    this.#taken.add(path);
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(`${target}.part`, picture);
      await rename(`${target}.part`, target);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const problem = code === 'ENOSPC' ? 'disk_full' : 'conflict';
      return { problem, detail: `The picture cannot be kept: ${message}.` };
    } finally {
      this.#taken.delete(path);
    }
    const snapshot: StoredSnapshot = { ...about, id: newId(), bytes: picture.length, path, type };
    rows.put(snapshot);
    this.#trim();
    return this.#view(snapshot);
  }

  page(query: SnapshotQuery): { items: SnapshotView[]; hasMore: boolean } {
    const rows = this.#ports.rows.page({ ...query, limit: query.limit + 1 });
    return { items: rows.slice(0, query.limit).map((row) => this.#view(row)), hasMore: rows.length > query.limit };
  }

  get(id: string): SnapshotView | null {
    const row = this.#ports.rows.get(id);
    return row === undefined ? null : this.#view(row);
  }

  file(id: string): { absolutePath: string; type: StoredSnapshot['type'] } | null {
    const row = this.#ports.rows.get(id);
    return row === undefined ? null : { absolutePath: join(this.#ports.dataDir, row.path), type: row.type };
  }

  /** False: there is none. */
  async delete(id: string): Promise<boolean> {
    const row = this.#ports.rows.get(id);
    if (row === undefined) return false;
    await this.#remove(row);
    return true;
  }

  async close(): Promise<void> {
    this.#cancelTrim();
    await this.#trimming;
  }

  async #remove({ id, path }: StoredSnapshot): Promise<void> {
    await rm(join(this.#ports.dataDir, path), { force: true }).catch(() => {});
    this.#ports.rows.delete(id);
  }

  #trim(): void {
    const { clock, rows, keepDays, maxFiles } = this.#ports;
    this.#cancelTrim();
    this.#cancelTrim = clock.after(TRIM_MS, () => this.#trim());
    this.#trimming = this.#trimming.then(async () => {
      const before = keepDays === null ? 0 : clock.epochMs() - keepDays * DAY_MS;
      for (const each of rows.overdue({ before, kept: maxFiles, count: TRIM_COUNT })) await this.#remove(each);
    });
  }

  /** `snapshots/{deviceId}/{channelId}/{YYYYMMDDTHHmmss.SSS}.jpg` by the gateway's zone; a name that is taken gets `-2`, `-3`, … */
  #freePath({ deviceId, channelId, epochMs }: NewSnapshot, ending: string): string {
    const { iso, rows } = this.#ports;
    const folder = `snapshots/${safeName(deviceId)}/${safeName(channelId)}`;
    const name = iso(epochMs).slice(0, 23).replace(/[-:]/g, '');
    const others = rows.page({
      deviceId,
      channelId,
      fromEpochMs: epochMs,
      toEpochMs: epochMs + 1,
      limit: MAX_SAME_NAMES,
      after: null,
    });
    const taken = new Set(others.map(({ path }) => path));
    for (let n = 1; ; n += 1) {
      const path = `${folder}/${name}${n === 1 ? '' : `-${n}`}.${ending}`;
      if (!taken.has(path) && !this.#taken.has(path)) return path;
    }
  }

  #view({
    id,
    deviceId,
    channelId,
    epochMs,
    bytes,
    path,
    source,
    session,
    fileId,
    alarm,
  }: StoredSnapshot): SnapshotView {
    return {
      id,
      deviceId,
      channelId,
      time: this.#ports.iso(epochMs),
      bytes,
      path,
      source,
      session,
      ...(fileId === '' ? {} : { fileId }),
      ...(alarm === null ? {} : { alarmId: String(alarm) }),
    };
  }
}

/** By its first bytes; null: no picture. What a sender calls it says nothing. */
function typeOf(bytes: Uint8Array): StoredSnapshot['type'] | null {
  const starts = (...first: number[]) => bytes.length > first.length && first.every((byte, i) => bytes[i] === byte);
  if (starts(0xff, 0xd8, 0xff)) return 'image/jpeg';
  return starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) ? 'image/png' : null;
}
