/** EDGE: reads a file piece by piece, never whole, and says what is in it. */
import { type FileHandle, open } from 'node:fs/promises';
import { Extract } from './extract.ts';
import { extractTracks } from './extract-tracks.ts';
import { Inspection } from './inspection.ts';
import type { FileFault } from './read/capture-file.ts';
import { isMp4, Mp4FileReader } from './read/mp4-file.ts';
import { isPcap, PcapReader } from './read/pcap.ts';
import { isPcapng, PcapngReader } from './read/pcapng.ts';
import { isProgramStream, PsFileReader } from './read/ps-file.ts';
import { isRtpdump, RtpdumpReader } from './read/rtpdump.ts';
import { StreamLog } from './replay/stream-log.ts';
import type { Report } from './report.ts';

/** One read. Between two the disk of `--extract` catches up. */
const PIECE_BYTES = 1024 * 1024;
const HEAD_BYTES = 64;

export interface InspectOptions {
  /** Folder for what is extracted; null: nothing is. */
  readonly extract: string | null;
  /** Ends the reading; what was read until then is reported. */
  readonly signal: AbortSignal;
}

/** A report; with `fault`, one sentence, when the file is damaged, of an unknown kind or cannot be read. The report is then of what came before. */
export interface Inspected {
  readonly report: Report | null;
  readonly fault: string | null;
}

/** A kind of file that is being read. */
interface Reading {
  push(piece: Uint8Array): FileFault | null;
  /** The file is over, or no more of it is wanted. */
  end(report: Report): FileFault | null;
  /** Takes apart what lies in the file itself; paths of what was written. */
  extract?(file: FileHandle, folder: string): Promise<string[]>;
}

export async function inspectFile(path: string, o: InspectOptions): Promise<Inspected> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    return { report: null, fault: `${path} cannot be read: ${reasonOf(error)}.` };
  }
  try {
    return await inspectOpen(path, file, o);
  } catch (error) {
    return { report: null, fault: `${path} cannot be read: ${reasonOf(error)}.` };
  } finally {
    await file.close();
  }
}

async function inspectOpen(path: string, file: FileHandle, o: InspectOptions): Promise<Inspected> {
  const { size } = await file.stat();
  const head = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
  const extract = o.extract === null ? null : new Extract(o.extract);
  if (extract?.fault) return { report: null, fault: extract.fault };
  const format = formatOf(head.subarray(0, bytesRead));
  if (format === null)
    return {
      report: null,
      fault: size === 0 ? `${path} is empty.` : `${path} is no capture (pcap, pcapng, rtpdump), program stream or MP4.`,
    };
  const report = emptyReport(path, format, size);
  const reading = readingOf(format, extract);
  let fault: FileFault | null = null;
  const pieces = [Buffer.allocUnsafeSlow(PIECE_BYTES), Buffer.allocUnsafeSlow(PIECE_BYTES)];
  let reads = 0;
  for (let at = 0; fault === null; ) {
    // What waits of a piece lies in its buffer until the next piece is there: so two, in turns.
    const piece = pieces[reads++ % 2]!;
    const { bytesRead: count } = await file.read(piece, 0, PIECE_BYTES, at);
    if (count === 0) break;
    fault = reading.push(piece.subarray(0, count));
    at += count;
    await extract?.drained();
    if (o.signal.aborted) {
      report.notes.push(`Stopped after ${at} of ${size} bytes.`);
      break;
    }
  }
  const atEnd = reading.end(report);
  fault ??= atEnd;
  report.extracted = (await extract?.close()) ?? [];
  if (o.extract !== null && fault === null)
    report.extracted.push(...((await reading.extract?.(file, o.extract)) ?? []));
  const sentence = fault === null ? (extract?.fault ?? null) : `${path}, byte ${fault.offset}: ${fault.fault}`;
  return { report, fault: sentence };
}

function formatOf(head: Buffer): Report['format'] | null {
  if (isPcap(head)) return 'pcap';
  if (isPcapng(head)) return 'pcapng';
  if (isRtpdump(head)) return 'rtpdump';
  if (isProgramStream(head)) return 'ps';
  return isMp4(head) ? 'mp4' : null;
}

function readingOf(format: Report['format'], extract: Extract | null): Reading {
  if (format === 'mp4') return readMp4();
  if (format === 'ps') return readPs(extract);
  const inspection = new Inspection({ keeper: (number) => extract?.keeper(number) ?? null });
  return format === 'rtpdump' ? readRtpdump(inspection) : readCapture(format, inspection);
}

function readCapture(format: 'pcap' | 'pcapng', inspection: Inspection): Reading {
  const reader = format === 'pcap' ? new PcapReader(inspection) : new PcapngReader(inspection);
  return {
    push: (piece) => reader.push(piece),
    end(report) {
      inspection.end();
      Object.assign(report, inspection.report());
      if (reader.isCut) report.notes.push('The file ends in the middle of a packet.');
      return null;
    },
  };
}

function readRtpdump(inspection: Inspection): Reading {
  let to = { host: '0.0.0.0', port: 0 };
  const reader = new RtpdumpReader({
    begin: (host, port) => {
      to = { host, port };
    },
    packet: (epochMs, bytes) => inspection.rtp(epochMs, bytes, to),
  });
  return {
    push: (piece) => reader.push(piece),
    end(report) {
      inspection.end();
      Object.assign(report, inspection.report());
      if (reader.isCut) report.notes.push('The file ends in the middle of a packet.');
      return null;
    },
  };
}

function readPs(extract: Extract | null): Reading {
  const log = new StreamLog({
    number: 1,
    callId: null,
    transport: 'file',
    startEpochMs: null,
    keeper: extract?.keeper(1) ?? null,
  });
  let endMs = 0;
  const hear = (events: ReturnType<StreamLog['packet']>, nowMs: number) => {
    for (const event of events) log.event(event, nowMs);
    endMs = nowMs;
  };
  const reader = new PsFileReader((packet, nowMs) => {
    hear(log.packet(packet, true, nowMs), nowMs);
    hear(log.poll(nowMs), nowMs);
  });
  return {
    push(piece) {
      reader.push(piece);
      return null;
    },
    end(report) {
      reader.end();
      hear(log.end(endMs), endMs);
      const stream = log.report({ rtcp: 0, strangers: 0, malformed: 0 });
      report.streams = [stream];
      report.durationMs = stream.durationMs;
      return null;
    },
  };
}

function readMp4(): Reading {
  const reader = new Mp4FileReader();
  return {
    push: (piece) => reader.push(piece),
    end(report) {
      const movie = reader.report();
      if ('fault' in movie) return movie;
      report.movie = movie;
      report.durationMs = Math.max(0, ...movie.tracks.map((track) => track.durationMs));
      return null;
    },
    extract: (file, folder) => extractTracks(file, reader.tracks(), folder),
  };
}

function emptyReport(file: string, format: Report['format'], bytes: number): Report {
  return {
    file,
    format,
    bytes,
    packets: null,
    startedAt: null,
    durationMs: 0,
    links: [],
    skipped: {},
    notes: [],
    sip: { messages: [], omitted: 0 },
    calls: [],
    streams: [],
    movie: null,
    extracted: [],
    findings: [],
  };
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'it does not exist';
  if (code === 'EACCES') return 'this user may not';
  if (code === 'EISDIR') return 'it is a folder';
  return message;
}
