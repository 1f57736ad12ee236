/** The init segment: `ftyp` + `moov(mvex)` and the MIME type that goes with it. */
import type { AudioTrack, InitSegment, VideoTrack } from '../frame.ts';
import {
  audioEntry,
  box,
  dfLa,
  dinf,
  esds,
  ftyp,
  hdlr,
  mdhd,
  mvhd,
  smhd,
  stbl,
  tkhd,
  trex,
  visualEntry,
  vmhd,
} from './boxes.ts';

export const VIDEO_TRACK_ID = 1;
export const AUDIO_TRACK_ID = 2;

export function makeInit(generation: number, video: VideoTrack | null, audio: AudioTrack | null): InitSegment {
  const codecs = [video?.codecString, audio?.codecString].filter((codec) => codec !== undefined).join(',');
  const traks: Buffer[] = [];
  const trexes: Buffer[] = [];
  if (video !== null) {
    traks.push(videoTrak(video));
    trexes.push(trex(VIDEO_TRACK_ID));
  }
  if (audio !== null) {
    traks.push(audioTrak(audio));
    trexes.push(trex(AUDIO_TRACK_ID));
  }
  const moov = box('moov', mvhd(AUDIO_TRACK_ID + 1), ...traks, box('mvex', ...trexes));
  const head = ftyp();
  const bytes = Buffer.allocUnsafeSlow(head.length + moov.length);
  bytes.set(head, 0);
  bytes.set(moov, head.length);
  return { generation, mime: `${video === null ? 'audio' : 'video'}/mp4; codecs="${codecs}"`, bytes, video, audio };
}

function videoTrak(track: VideoTrack): Buffer {
  const [entry, config] = track.codec === 'h264' ? ['avc1', 'avcC'] : ['hvc1', 'hvcC'];
  const sample = visualEntry(entry, track.width, track.height, box(config, track.config));
  return box(
    'trak',
    tkhd(VIDEO_TRACK_ID, track.width, track.height, false),
    box('mdia', mdhd(track.timescale), hdlr('vide'), box('minf', vmhd(), dinf(), stbl(sample))),
  );
}

function audioTrak(track: AudioTrack): Buffer {
  const sample =
    track.codec === 'aac'
      ? audioEntry('mp4a', track.channels, track.sampleRate, esds(track.config))
      : audioEntry('fLaC', track.channels, track.sampleRate, dfLa(track.config));
  return box(
    'trak',
    tkhd(AUDIO_TRACK_ID, 0, 0, true),
    box('mdia', mdhd(track.timescale), hdlr('soun'), box('minf', smhd(), dinf(), stbl(sample))),
  );
}
