import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * The file a recording is written to. An interface, so that a test can fill the disk, break it, or pull the plug after
 * any byte. A write of at most 16 bytes inside an aligned block of 16 happens whole or not at all: it lies in one
 * sector and one page.
 */
export interface RecordFile {
  /** Bytes in the file now. */
  size(): Promise<number>;
  /** Up to `length` bytes; fewer at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** All of the bytes, or it rejects. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** The parts one behind the other, all of them, or it rejects. They must not change until then. */
  writeParts(parts: readonly Uint8Array[], position: number): Promise<void>;
  /** The data is on the disk when it resolves. */
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** EDGE: a file on the disk, for reading and writing; with `create` made anew and empty. Rejects with the system's error. */
export async function openRecordFile(path: string, create: boolean): Promise<RecordFile> {
  const flags = create ? constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC : constants.O_RDWR;
  const handle = await open(path, flags, 0o644);
  return {
    size: async () => (await handle.stat()).size,
    async read(position, length) {
      const buffer = Buffer.allocUnsafe(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return buffer.subarray(0, done);
    },
    async write(bytes, position) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    },
    async writeParts(parts, position) {
      for (let left = parts; left.length > 0; ) {
        const { bytesWritten } = await handle.writev(left, position);
        position += bytesWritten;
        left = behind(left, bytesWritten);
      }
    },
    datasync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
}

/** What is left of the parts when their first `done` bytes are written. */
function behind(parts: readonly Uint8Array[], done: number): readonly Uint8Array[] {
  for (const [i, part] of parts.entries()) {
    if (done < part.length) return [part.subarray(done), ...parts.slice(i + 1)];
    done -= part.length;
  }
  return [];
}
