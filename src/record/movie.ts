import { box, dinf, fullBox, hdlr, smhd, u16, u32, vmhd } from '../media/mp4/boxes.ts';
import { childBoxes, findBox, u64 } from './box.ts';
import type { TrackIndex } from './index.ts';
import { boxOf, type Pieces, piece } from './pieces.ts';
import { sampleTables } from './sample-tables.ts';

/** The `moov` of a recording: the short one while it is written (fragments follow), and the full one at the end. */

/** Movie timescale: that of video, so that its times are exact. */
export const MOVIE_TIMESCALE = 90_000;

/** Seconds between 1904, the epoch of ISO/IEC 14496-12, and 1970. */
const SECONDS_1904_TO_1970 = 2_082_844_800;

const UNITY_MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** A track as its file describes it. Its sample entries are taken over as they stand in the live init segments. */
export interface MovieTrack {
  readonly id: number;
  readonly kind: 'video' | 'audio';
  readonly timescale: number;
  readonly width: number;
  readonly height: number;
  /** The boxes inside `stsd`, each with its header; samples name them by their number from 1. At least one. */
  readonly entries: Uint8Array[];
}

/** What a `moov` says, as far as a recording needs it. */
export interface Movie {
  readonly tracks: readonly MovieTrack[];
  /** True when it announces fragments (`mvex`). */
  readonly isFragmented: boolean;
  /** Creation time of `mvhd`: in our files the content time of the first sample. */
  readonly startEpochMs: number;
}

/** Reads the payload of a `moov`, ours or that of a live init segment; null when it is no such thing. */
export function readMovie(moov: Uint8Array): Movie | null {
  const mvhd = findBox(moov, 'mvhd')?.payload;
  if (mvhd === undefined || mvhd.length < 20) return null;
  const view = Buffer.from(mvhd.buffer, mvhd.byteOffset, mvhd.length);
  const created = view[0] === 1 ? Number(view.readBigUInt64BE(4)) : view.readUInt32BE(4);
  const tracks: MovieTrack[] = [];
  for (const child of childBoxes(moov)) {
    if (child.type !== 'trak') continue;
    const track = readTrack(child.payload);
    if (track === null) return null;
    tracks.push(track);
  }
  return {
    tracks,
    isFragmented: findBox(moov, 'mvex') !== null,
    startEpochMs: Math.max(0, created - SECONDS_1904_TO_1970) * 1000,
  };
}

function readTrack(trak: Uint8Array): MovieTrack | null {
  const tkhd = findBox(trak, 'tkhd')?.payload;
  const mdhd = findBox(trak, 'mdia', 'mdhd')?.payload;
  const handlerBox = findBox(trak, 'mdia', 'hdlr')?.payload;
  const stsd = findBox(trak, 'mdia', 'minf', 'stbl', 'stsd')?.payload;
  if (tkhd === undefined || mdhd === undefined || handlerBox === undefined || stsd === undefined) return null;
  const entries = [...childBoxes(stsd.subarray(8))].map(({ box }) => Uint8Array.from(box));
  if (entries.length === 0) return null;
  const long = tkhd[0] === 1;
  if (tkhd.length < (long ? 96 : 84) || mdhd.length < 24 || handlerBox.length < 12) return null;
  const head = Buffer.from(tkhd.buffer, tkhd.byteOffset, tkhd.length);
  const handler = Buffer.from(handlerBox.subarray(8, 12)).toString('latin1');
  const timescale = Buffer.from(mdhd.buffer, mdhd.byteOffset, mdhd.length).readUInt32BE(mdhd[0] === 1 ? 20 : 12);
  if ((handler !== 'vide' && handler !== 'soun') || timescale === 0) return null;
  return {
    id: head.readUInt32BE(long ? 20 : 12),
    kind: handler === 'vide' ? 'video' : 'audio',
    timescale,
    width: head.readUInt16BE(head.length - 8),
    height: head.readUInt16BE(head.length - 4),
    entries,
  };
}

/** The codec of a sample entry: its four letters. */
export function codecOf(entry: Uint8Array): string {
  return String.fromCharCode(...entry.subarray(4, 8));
}

/** 32 bytes, so that the `moov` behind it begins on a block of 16: its header is rewritten in one piece at the end. */
export function ftyp(): Buffer {
  return box('ftyp', Buffer.from('isom\0\0\x02\0isomiso6mp41mp42', 'latin1'));
}

/** The `moov` that stands at the front while the recording is written: no samples, fragments follow. */
export function fragmentedMoov(tracks: readonly MovieTrack[], startEpochMs: number): Buffer {
  const empty = piece(
    fullBox('stts', 0, 0, u32(0)),
    fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0, 0)),
    fullBox('stco', 0, 0, u32(0)),
  );
  const still = { movieDuration: 0, mediaDuration: 0, edit: null };
  const traks = tracks.map((track) => trak(track, startEpochMs, still, [empty]));
  const trexes = tracks.map((track) => fullBox('trex', 0, 0, u32(track.id, 1, 0, 0, 0)));
  const moov = boxOf('moov', piece(mvhd(tracks, startEpochMs, 0)), ...traks, piece(box('mvex', ...trexes)));
  return Buffer.concat([...moov.make()]);
}

/**
 * The `moov` of the finished file, in pieces. Tracks without samples are left out; null when none has any. `mediaShift` is
 * added to every chunk offset of the indexes.
 */
export function fullMoov(
  tracks: readonly MovieTrack[],
  indexes: readonly TrackIndex[],
  startEpochMs: number,
  mediaShift = 0,
): Pieces | null {
  const kept = tracks.flatMap((track, i) => (indexes[i]!.sampleCount > 0 ? [{ track, index: indexes[i]! }] : []));
  if (kept.length === 0) return null;
  const timed = kept.map(({ track, index }) => ({ track, index, ...times(track, index) }));
  const duration = Math.max(...timed.map((one) => one.movieDuration));
  const traks = timed.map((one) => trak(one.track, startEpochMs, one, sampleTables(one.index, mediaShift)));
  const head = mvhd(
    kept.map((one) => one.track),
    startEpochMs,
    duration,
  );
  return boxOf('moov', piece(head), ...traks);
}

interface Times {
  /** In the movie timescale, delay included. */
  readonly movieDuration: number;
  /** In the track's timescale. */
  readonly mediaDuration: number;
  /** A track that begins after the movie: its delay and its length, in the movie timescale. */
  readonly edit: { readonly delay: number; readonly duration: number } | null;
}

function times(track: MovieTrack, index: TrackIndex): Times {
  const toMovie = (time: number) => Math.round((time * MOVIE_TIMESCALE) / track.timescale);
  const mediaDuration = index.endDts - index.firstDts;
  const delay = toMovie(index.firstDts);
  const duration = toMovie(index.presentationEnd) - delay;
  return {
    mediaDuration,
    movieDuration: delay + (delay > 0 ? duration : toMovie(mediaDuration)),
    edit: delay > 0 ? { delay, duration } : null,
  };
}

function creationTime(startEpochMs: number): Uint8Array {
  return u64(Math.max(0, Math.floor(startEpochMs / 1000)) + SECONDS_1904_TO_1970);
}

function mvhd(tracks: readonly MovieTrack[], startEpochMs: number, duration: number): Buffer {
  const time = creationTime(startEpochMs);
  const nextId = Math.max(0, ...tracks.map((track) => track.id)) + 1;
  return fullBox(
    'mvhd',
    1,
    0,
    time,
    time,
    u32(MOVIE_TIMESCALE),
    u64(duration),
    u32(0x10000, 0x01000000, 0, 0),
    UNITY_MATRIX,
    u32(0, 0, 0, 0, 0, 0, nextId),
  );
}

function trak(track: MovieTrack, startEpochMs: number, timing: Times, tables: readonly Pieces[]): Pieces {
  const time = creationTime(startEpochMs);
  const isVideo = track.kind === 'video';
  const tkhd = fullBox(
    'tkhd',
    1,
    3,
    time,
    time,
    u32(track.id, 0),
    u64(timing.movieDuration),
    u32(0, 0, 0, isVideo ? 0 : 0x01000000),
    UNITY_MATRIX,
    u32(track.width * 0x10000, track.height * 0x10000),
  );
  // `und` as three letters of 5 bits (ISO/IEC 14496-12 8.4.2).
  const mdhd = fullBox('mdhd', 1, 0, time, time, u32(track.timescale), u64(timing.mediaDuration), u16(0x55c4), u16(0));
  const edit = timing.edit === null ? [] : [edts(timing.edit.delay, timing.edit.duration)];
  const stsd = fullBox('stsd', 0, 0, u32(track.entries.length), ...track.entries);
  return boxOf(
    'trak',
    piece(tkhd, ...edit),
    boxOf(
      'mdia',
      piece(mdhd, hdlr(isVideo ? 'vide' : 'soun')),
      boxOf('minf', piece(isVideo ? vmhd() : smhd(), dinf()), boxOf('stbl', piece(stsd), ...tables)),
    ),
  );
}

/** An empty edit, then the media from its start. */
function edts(delay: number, duration: number): Buffer {
  const minusOne = Buffer.alloc(8, 0xff);
  return box(
    'edts',
    fullBox('elst', 1, 0, u32(2), u64(delay), minusOne, u32(0x10000), u64(duration), u64(0), u32(0x10000)),
  );
}
