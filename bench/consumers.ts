/**
 * What hangs on the streams of the ingest bench beside the path to fragments: a WebSocket viewer each (the watchers are
 * another process) or an MP4 each.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Stream } from '../src/media/live/stream.ts';
import type { ReceiverEvent } from '../src/media/receiver.ts';
import { seat } from './audience.ts';
import { record } from './recording.ts';
import { sinkOf } from './sink.ts';

export interface Consumers {
  /** What gets the events of stream `index`. */
  stream(index: number): (event: ReceiverEvent) => void;
  /** Why the measurement is void, null when it is good. */
  check(): Promise<string | null>;
  close(): Promise<void>;
}

export const NO_CONSUMERS: Consumers = {
  stream: () => () => {},
  check: async () => null,
  close: async () => {},
};

export function attach(kind: '+ G.711, viewer' | '+ G.711, MP4', streams: number): Promise<Consumers> {
  return kind === '+ G.711, MP4' ? recordings() : viewers(streams);
}

/** Feed events into a Stream; the receiver's own are none of its business. */
function into(stream: Stream): (event: ReceiverEvent) => void {
  return (event) => {
    if (event.type === 'init' || event.type === 'fragment' || event.type === 'first-pack' || event.type === 'finding')
      stream.push(event);
  };
}

export function newStream(id: string): Stream {
  return new Stream({ id, loss: 'deliver', clock: { nowMs: () => performance.now(), epochMs: () => Date.now() } });
}

async function viewers(count: number): Promise<Consumers> {
  const streams = Array.from({ length: count }, (_, index) => newStream(`s${index}`));
  const audience = await seat(count, (socket, index) => {
    streams[index]?.addViewer(sinkOf(socket), { protocol: false, singleInit: false });
  });
  return {
    stream: (index) => into(streams[index]!),
    check: async () => {
      const { messages, silent } = await audience.seen();
      if (silent > 0) return `${silent} of ${count} viewers saw nothing`;
      return messages > count * 25 ? null : `the viewers saw only ${messages} messages`;
    },
    close: async () => {
      for (const stream of streams) stream.end('stopped', 1001);
      audience.close();
    },
  };
}

async function recordings(): Promise<Consumers> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gbgate-bench-'));
  const stops: (() => Promise<void>)[] = [];
  let fault: string | null = null;
  return {
    stream: (index) => {
      const stream = newStream(`s${index}`);
      const recording = record(stream, path.join(folder, `${index}.mp4`), (detail) => {
        fault = detail;
      });
      stops.push(recording.stop);
      return into(stream);
    },
    check: async () => {
      await Promise.all(stops.map((stop) => stop()));
      const files = await readdir(folder);
      if (files.length < stops.length) return `${files.length} files of ${stops.length}`;
      for (const file of files) if ((await stat(path.join(folder, file))).size < 500_000) return `${file} is too small`;
      return fault;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
