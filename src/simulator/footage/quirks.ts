import type { FootageBehaviour } from './behaviour.ts';

/** Beijing time taken for UTC. */
const EIGHT_HOURS_MS = 8 * 3_600_000;

/** What recorders do to searches, playbacks and downloads. A letter behind a code is another form of the same deviation. */
export const FOOTAGE_QUIRKS: readonly {
  readonly code: string;
  /** What the device then does, as `--list-quirks` prints it. */
  readonly sentence: string;
  readonly switches: Partial<FootageBehaviour>;
}[] = [
  { code: 'REC-1', sentence: 'has recorded nothing', switches: { recordsNothing: 'without-list' } },
  {
    code: 'REC-1a',
    sentence: 'has recorded nothing, and says so with an empty list',
    switches: { recordsNothing: 'empty-list' },
  },
  {
    code: 'REC-2',
    sentence: 'lists two recordings a message, a message every two seconds',
    switches: { recordPage: 2, recordPauseMs: 2000 },
  },
  {
    code: 'REC-3',
    sentence: 'claims more recordings than it lists, and lists some twice',
    switches: { recordSumExtra: 3, recordsRepeated: true },
  },
  { code: 'REC-4', sentence: 'answers no search without Type', switches: { recordsNeedType: true } },
  { code: 'REC-5', sentence: 'writes times with a blank', switches: { recordTimes: 'space' } },
  { code: 'REC-5a', sentence: 'writes times with Z', switches: { recordTimes: 'utc' } },
  { code: 'REC-5b', sentence: 'writes times with milliseconds', switches: { recordTimes: 'milliseconds' } },
  { code: 'REC-5c', sentence: 'writes times as seconds since 1970', switches: { recordTimes: 'epoch' } },
  {
    code: 'REC-6',
    sentence: 'lists files whole that reach over the range, and one that ends before it begins',
    switches: { recordsWhole: true },
  },
  { code: 'REC-7', sentence: 'lists no sizes and the same path for all', switches: { recordsBare: true } },
  { code: 'REC-8', sentence: 'names itself instead of the channel in its list', switches: { recordsAsDevice: true } },
  { code: 'PB-1', sentence: 'sends MediaStatus outside the dialogue', switches: { mediaStatus: 'outside' } },
  { code: 'PB-2', sentence: 'falls silent at the end of a file', switches: { mediaStatus: 'never' } },
  {
    code: 'PB-2a',
    sentence: 'hangs up at the end of a file',
    switches: { mediaStatus: 'never', atEnd: 'bye' },
  },
  {
    code: 'PB-2b',
    sentence: 'closes the connection at the end of a file',
    switches: { mediaStatus: 'never', atEnd: 'close' },
  },
  {
    code: 'PB-3',
    sentence: 'goes on beyond the end of the range',
    switches: { mediaStatus: 'never', atEnd: 'go-on' },
  },
  {
    code: 'PB-3a',
    sentence: 'begins again at the end of the range',
    switches: { mediaStatus: 'never', atEnd: 'again' },
  },
  { code: 'PB-4', sentence: 'sends MediaStatus a second too early', switches: { mediaStatusEarlyMs: 1000 } },
  { code: 'PB-5', sentence: 'downloads at 1× whatever was asked', switches: { downloadPace: 'real' } },
  { code: 'PB-5a', sentence: 'downloads as fast as the line takes it', switches: { downloadPace: 'line' } },
  { code: 'PB-6', sentence: 'says no file size', switches: { filesize: 'none' } },
  { code: 'PB-6a', sentence: 'says a file size of 0', switches: { filesize: 'zero' } },
  { code: 'PB-6b', sentence: 'says ten times the file size', switches: { filesize: 'wrong' } },
  { code: 'PB-7', sentence: 'misses minutes 20 to 25 of every hour', switches: { hourlyGap: true } },
  {
    code: 'PB-7a',
    sentence: 'accepts a range without footage and stays silent',
    switches: { emptyRange: 'silent', mediaStatus: 'never' },
  },
  {
    code: 'PB-8',
    sentence: 'takes the times of t= for local ones, eight hours off',
    switches: { rangeOffsetMs: -EIGHT_HOURS_MS },
  },
  { code: 'PB-9', sentence: 'refuses an INVITE for footage without u=', switches: { sourceLine: 'needed' } },
  { code: 'PB-9a', sentence: 'refuses an INVITE for footage with u=', switches: { sourceLine: 'refused' } },
  { code: 'PB-10', sentence: 'takes PAUSE and refuses the PLAY after it', switches: { resumes: false } },
  {
    code: 'PB-11',
    sentence: 'answers 400 to INFO unless it says MANSRTSP/1.0',
    switches: { startLine: 'MANSRTSP' },
  },
  {
    code: 'PB-11a',
    sentence: 'answers no INFO unless it says MANSRTSP/1.0',
    switches: { startLine: 'MANSRTSP', otherStartLine: 'unanswered' },
  },
  { code: 'PB-11b', sentence: 'answers 400 to INFO unless it says RTSP/1.0', switches: { startLine: 'RTSP' } },
  { code: 'PB-12', sentence: 'answers INFO with a body and RTP-Info', switches: { infoBody: true } },
  { code: 'PB-13', sentence: 'answers 200 to speed and seek and does neither', switches: { trickPlay: 'ignored' } },
  { code: 'PB-13a', sentence: 'answers 400 to speed and seek', switches: { trickPlay: 'refused' } },
  {
    code: 'PB-14',
    sentence: 'plays neither backwards nor faster than 4×, and says nothing of it',
    switches: { minScale: 0, maxScale: 4 },
  },
  { code: 'PB-15', sentence: 'falls silent where a file ends', switches: { atJoint: 'silence' } },
  { code: 'PB-15a', sentence: 'starts its clock anew where a file ends', switches: { atJoint: 'new-clock' } },
  { code: 'PB-16', sentence: 'serves one call at a time', switches: { sessions: 1 } },
  {
    code: 'PB-17',
    sentence: 'begins footage four seconds before its first key frame',
    switches: { beginsWithoutKey: true },
  },
  {
    code: 'TS-9',
    sentence: 'pushes groups of pictures faster at speed, its time stamps unscaled',
    switches: { bursts: true },
  },
  { code: 'TS-10', sentence: 'divides its time stamps by the speed', switches: { clockAtSpeed: 'scaled' } },
  { code: 'TS-11', sentence: 'starts its time stamps at 0 after a seek', switches: { clockAfterSeek: 'zero' } },
  {
    code: 'TS-11a',
    sentence: 'counts its time stamps from the start of the file after a seek',
    switches: { clockAfterSeek: 'file' },
  },
  { code: 'TS-12a', sentence: 'counts the PTS of footage from 1970', switches: { captureClock: true } },
];
