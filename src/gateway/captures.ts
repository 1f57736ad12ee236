import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Capture } from '../inspect/write/capture.ts';
import type { Dialogues } from '../inspect/write/dialogues.ts';
import { AppendedFile } from '../inspect/write/file.ts';
import type { End } from '../inspect/write/packets.ts';
import { Redaction } from '../inspect/write/redact.ts';
import type { MediaTap } from '../media/receiver.ts';
import type { Clock } from './clock.ts';
import type { Live } from './live/live.ts';
import type { Playback } from './playback/playback.ts';
import type { CaptureView, Problem } from './views.ts';

/** Longest capture: what goes wrong now and then shows in ten minutes, and 10 min of a 4 Mbit/s camera are 300 MB. */
export const MAX_CAPTURE_SECONDS = 600;
/** Largest file: ten minutes of a 7 Mbit/s camera. It ends there, whole as far as it goes. */
export const MAX_CAPTURE_BYTES = 512 * 1024 * 1024;
/** Captures at the same time: each doubles the work of its stream. */
export const MAX_RUNNING_CAPTURES = 4;
/** Files kept; the oldest goes when there is another. Together at most 8 GB. */
export const MAX_KEPT_CAPTURES = 16;

/** A capture goes on so long after its stream has ended: BYE and its answer belong to the dialogue. */
const FAREWELL_MS = 2000;

export interface CapturePorts {
  /** Folder of the files; made when needed. */
  readonly folder: string;
  readonly clock: Clock;
  readonly dialogues: Dialogues;
  /** Our SIP address on the way to a host. */
  sipEnd(peerHost: string): End;
  iso(epochMs: number): string;
  newId(): string;
  log(message: string, data: Record<string, unknown>): void;
  /** For tests: smaller than `MAX_CAPTURE_BYTES`. */
  readonly maxBytes?: number;
}

interface Entry {
  readonly id: string;
  readonly streamId: string;
  readonly path: string;
  readonly startedEpochMs: number;
  /** Null, like the next two: of an earlier run, its file is all there is. */
  readonly seconds: number | null;
  readonly redacted: boolean | null;
  state: CaptureView['state'];
  endedEpochMs: number | null;
  bytes: number;
  packets: number | null;
  dropped: number;
  error: { readonly code: 'disk_full' | 'io'; readonly detail: string } | null;
  /** Ends it; resolves when the file is closed. */
  stop: () => Promise<void>;
}

const FILE_NAME = /^([A-Za-z0-9]+)-([A-Za-z0-9]+)\.pcapng$/;

/** Captures of streams: SIP dialogue and media as they were seen at our sockets, as pcapng files. */
export class Captures {
  readonly #ports: CapturePorts;
  /** Oldest first. */
  readonly #entries = new Map<string, Entry>();

  /** Knows the files of earlier runs. */
  constructor(ports: CapturePorts) {
    this.#ports = ports;
    for (const left of leftIn(ports.folder)) this.#entries.set(left.id, left);
    this.#forget();
  }

  /** Begins a capture of a stream; of one that has ended only the dialogue is left, and the capture is complete at once. */
  start(live: Live | Playback, o: { seconds: number; redact: boolean }): CaptureView | Problem {
    if (!(o.seconds >= 1 && o.seconds <= MAX_CAPTURE_SECONDS))
      return { problem: 'bad_request', detail: `seconds is 1 to ${MAX_CAPTURE_SECONDS}.` };
    const running = [...this.#entries.values()].filter((entry) => entry.state === 'running');
    if (running.some((entry) => entry.streamId === live.id))
      return { problem: 'conflict', detail: 'A capture of this stream is running already.' };
    if (running.length >= MAX_RUNNING_CAPTURES)
      return { problem: 'rate_limited', detail: `${MAX_RUNNING_CAPTURES} captures are running already.` };
    try {
      mkdirSync(this.#ports.folder, { recursive: true });
    } catch (error) {
      return { problem: 'disk_full', detail: `${this.#ports.folder} cannot be made: ${(error as Error).message}.` };
    }
    const entry = this.#begin(live, o);
    this.#forget();
    if (live.state === 'ended') void entry.stop();
    return this.#view(entry);
  }

  all(): CaptureView[] {
    return [...this.#entries.values()].map((entry) => this.#view(entry));
  }

  get(id: string): CaptureView | Problem {
    const entry = this.#entries.get(id);
    return entry === undefined ? notFound(id) : this.#view(entry);
  }

  /** Where the file of a capture lies; a problem while it is being written. */
  file(id: string): { absolutePath: string } | Problem {
    const entry = this.#entries.get(id);
    if (entry === undefined) return notFound(id);
    if (entry.state === 'running') return { problem: 'conflict', detail: 'The capture is still running.' };
    if (entry.error !== null)
      return { problem: entry.error.code === 'disk_full' ? 'disk_full' : 'conflict', detail: entry.error.detail };
    return { absolutePath: entry.path };
  }

  /** Ends a capture that runs and deletes its file. */
  async delete(id: string): Promise<null | Problem> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return notFound(id);
    await entry.stop();
    this.#entries.delete(id);
    await rm(entry.path, { force: true });
    return null;
  }

  /** Ends every capture; the files stay. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => entry.stop()));
  }

  #begin(live: Live | Playback, { seconds, redact }: { seconds: number; redact: boolean }): Entry {
    const { clock, dialogues, folder, newId, iso, sipEnd } = this.#ports;
    const maxBytes = this.#ports.maxBytes ?? MAX_CAPTURE_BYTES;
    const id = newId();
    const path = join(folder, `${live.id}-${id}.pcapng`);
    const entry: Entry = {
      id,
      streamId: live.id,
      path,
      startedEpochMs: clock.epochMs(),
      seconds,
      redacted: redact,
      state: 'running',
      endedEpochMs: null,
      bytes: 0,
      packets: 0,
      dropped: 0,
      error: null,
      stop: () => {
        end();
        return stopped;
      },
    };
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    let release = () => {};
    const stopped = ended.then(async () => {
      release();
      await file.close();
      entry.endedEpochMs = clock.epochMs();
      entry.state = entry.error === null ? 'complete' : 'failed';
    });
    // Packets get the microseconds of the monotonic clock.
    const epochOffsetMs = entry.startedEpochMs - clock.nowMs();
    const epochMs = () => clock.nowMs() + epochOffsetMs;
    const file = new AppendedFile(path, 'wx', (error) => {
      const full = error.code === 'ENOSPC' || error.code === 'EDQUOT';
      entry.error = { code: full ? 'disk_full' : 'io', detail: `${path} cannot be written: ${error.message}.` };
      this.#ports.log('a capture failed', { captureId: id, detail: entry.error.detail });
      void entry.stop();
    });
    const capture = new Capture({
      comment: `stream ${live.id}, ${seconds} s from ${iso(entry.startedEpochMs)}${redact ? ', ids replaced' : ''}`,
      sipEnd,
      mediaHost: (host) => sipEnd(host).host,
      redaction: redact ? new Redaction() : null,
      out: (bytes) => {
        file.write(bytes);
        if (file.bytes >= maxBytes) void entry.stop();
      },
    });
    for (const callId of live.callIds) for (const message of dialogues.of(callId)) capture.message(message);
    const stopListening = dialogues.listen((callId, message) => {
      if (live.callIds.includes(callId)) capture.message({ ...message, epochMs: epochMs() });
    });
    const tap: MediaTap = {
      datagram: (bytes, host, port, localPort) => capture.datagram(bytes, { host, port }, localPort, epochMs()),
      stream: (bytes, host, port) =>
        capture.stream(bytes, { host, port }, live.localPort ?? 0, live.transport === 'tcp-active', epochMs()),
    };
    live.listen(tap);
    const cancel = clock.after(seconds * 1000, end);
    let cancelFarewell = () => {};
    const detach = live.stream.subscribe({
      init: () => {},
      fragment: () => {},
      end: () => {
        cancelFarewell = clock.after(FAREWELL_MS, end);
      },
    });
    release = () => {
      cancel();
      cancelFarewell();
      detach();
      stopListening();
      live.listen(null);
    };
    this.#counts.set(entry, () => {
      entry.bytes = file.bytes;
      entry.packets = capture.packets;
      entry.dropped = file.dropped;
    });
    this.#entries.set(id, entry);
    return entry;
  }

  /** Brings the numbers of a running capture up to date. */
  readonly #counts = new WeakMap<Entry, () => void>();

  #view(entry: Entry): CaptureView {
    this.#counts.get(entry)?.();
    const { iso } = this.#ports;
    return {
      id: entry.id,
      streamId: entry.streamId,
      state: entry.state,
      seconds: entry.seconds,
      redacted: entry.redacted,
      startedAt: iso(entry.startedEpochMs),
      ...(entry.endedEpochMs === null ? {} : { endedAt: iso(entry.endedEpochMs) }),
      bytes: entry.bytes,
      packets: entry.packets,
      dropped: entry.dropped,
      path: `captures/${entry.streamId}-${entry.id}.pcapng`,
      ...(entry.error === null ? {} : { error: entry.error.detail }),
    };
  }

  /** The oldest files that are too many go. */
  #forget(): void {
    for (const entry of this.#entries.values()) {
      if (this.#entries.size <= MAX_KEPT_CAPTURES) return;
      if (entry.state === 'running') continue;
      this.#entries.delete(entry.id);
      rmSync(entry.path, { force: true });
    }
  }
}

function notFound(id: string): Problem {
  return { problem: 'capture_not_found', detail: `There is no capture ${id}.` };
}

/** Captures of earlier runs, oldest first: all that is left to know of them is in their names. */
function leftIn(folder: string): Entry[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // nothing was ever captured
  }
  const found: Entry[] = [];
  for (const name of names) {
    const [, streamId, id] = FILE_NAME.exec(name) ?? [];
    if (streamId === undefined || id === undefined) continue;
    const path = join(folder, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue; // deleted meanwhile
    const { size, birthtimeMs, mtimeMs } = stats;
    found.push({
      id,
      streamId,
      path,
      startedEpochMs: Math.min(birthtimeMs, mtimeMs),
      endedEpochMs: mtimeMs,
      seconds: null,
      redacted: null,
      state: 'complete',
      bytes: size,
      packets: null,
      dropped: 0,
      error: null,
      stop: () => Promise.resolve(),
    });
  }
  return found.sort((a, b) => a.startedEpochMs - b.startedEpochMs);
}
