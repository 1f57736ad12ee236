/** Everything in which recorded footage of a simulated device may differ from what a well-behaved one shows: search, playback, download. */
export interface FootageBehaviour {
  // RecordInfo
  /** Has no recordings at all, and says so without a list or with an empty one. */
  recordsNothing: 'no' | 'without-list' | 'empty-list';
  /** Items in one message; null: what the transport carries. */
  recordPage: number | null;
  /** Between two messages of one answer. */
  recordPauseMs: number;
  recordSumExtra: number;
  /** Every fifth item comes twice. */
  recordsRepeated: boolean;
  /** Answers nothing to a query without `Type`. */
  recordsNeedType: boolean;
  recordTimes: 'T' | 'space' | 'utc' | 'milliseconds' | 'epoch';
  /** Files that reach over the edges of the range are listed whole, and one that ends before it begins. */
  recordsWhole: boolean;
  /** No FileSize, a placeholder as FilePath. */
  recordsBare: boolean;
  /** The device's id in the items. */
  recordsAsDevice: boolean;
  // playback and download
  mediaStatus: 'inside' | 'outside' | 'never';
  /** MediaStatus comes this long before the last packet. */
  mediaStatusEarlyMs: number;
  /** At the end of the range: waits for the BYE, says BYE, closes its connection, goes on with the next file, begins again. */
  atEnd: 'wait' | 'bye' | 'close' | 'go-on' | 'again';
  /** `real`: downloads at 1×. `line`: as fast as the connection takes it. */
  downloadPace: 'asked' | 'real' | 'line';
  filesize: 'true' | 'none' | 'zero' | 'wrong';
  /** A range without footage: refused, or accepted and left silent. */
  emptyRange: 'refused' | 'silent';
  /** Minutes 20 to 25 of every hour are missing. */
  hourlyGap: boolean;
  /** Added to the times of `t=`. */
  rangeOffsetMs: number;
  sourceLine: 'any' | 'needed' | 'refused';
  /** False: PLAY after PAUSE is refused. */
  resumes: boolean;
  /** Start line of MANSRTSP that it knows. */
  startLine: 'any' | 'RTSP' | 'MANSRTSP';
  /** INFO with the other start line: 400, or no answer at all. */
  otherStartLine: 'refused' | 'unanswered';
  /** A body with RTP-Info in the 200 of an INFO. */
  infoBody: boolean;
  /** What becomes of speed and seek: done, answered with 200 and not done, answered with 400. */
  trickPlay: 'done' | 'ignored' | 'refused';
  minScale: number;
  maxScale: number;
  /** Where one file ends and the next begins: goes on, falls silent, starts its clock anew. */
  atJoint: 'go-on' | 'silence' | 'new-clock';
  /** Calls at once, live ones included; more get 486. */
  sessions: number;
  /** Begins inside a group of pictures and leaves out the key frames of four seconds. */
  beginsWithoutKey: boolean;
  // clocks
  /** PTS at other speeds than 1: of the content, or divided by the speed. */
  clockAtSpeed: 'content' | 'scaled';
  /** At other speeds than 1 whole groups of pictures go out at once. */
  bursts: boolean;
  /** PTS after a seek: of the content, from 0, from the start of the file. */
  clockAfterSeek: 'content' | 'zero' | 'file';
  /** PTS is the time of capture: milliseconds since 1970 times 90. */
  captureClock: boolean;
}

/** Footage without a fault. */
export const FLAWLESS_FOOTAGE: Readonly<FootageBehaviour> = {
  recordsNothing: 'no',
  recordPage: null,
  recordPauseMs: 0,
  recordSumExtra: 0,
  recordsRepeated: false,
  recordsNeedType: false,
  recordTimes: 'T',
  recordsWhole: false,
  recordsBare: false,
  recordsAsDevice: false,
  mediaStatus: 'inside',
  mediaStatusEarlyMs: 0,
  atEnd: 'wait',
  downloadPace: 'asked',
  filesize: 'true',
  emptyRange: 'refused',
  hourlyGap: false,
  rangeOffsetMs: 0,
  sourceLine: 'any',
  resumes: true,
  startLine: 'any',
  otherStartLine: 'refused',
  infoBody: false,
  trickPlay: 'done',
  minScale: -8,
  maxScale: 8,
  atJoint: 'go-on',
  sessions: Number.POSITIVE_INFINITY,
  beginsWithoutKey: false,
  clockAtSpeed: 'content',
  bursts: false,
  clockAfterSeek: 'content',
  captureClock: false,
};
