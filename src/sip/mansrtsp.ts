/**
 * MANSRTSP: control of a playback in the bodies of INFO (GB/T 28181 annex B, 9.8). An RTSP-like request with a counter of its own; the
 * answer comes in the 200 to the INFO, or not at all.
 */

export const MANSRTSP_CONTENT_TYPE = 'Application/MANSRTSP';

/** Start line of a request: 2016 and later say RTSP/1.0, 2011 and many device stacks MANSRTSP/1.0 (PB-11). */
export type MansrtspVersion = 'RTSP/1.0' | 'MANSRTSP/1.0';

export type MansrtspCommand =
  /** Goes on from where it was paused, at the speed it had. */
  | { readonly type: 'resume' }
  | { readonly type: 'pause' }
  /** From here on at this speed; below 0 backwards (2022). */
  | { readonly type: 'speed'; readonly scale: number }
  /** To this second after the start of the range that was asked for; at the speed it had. */
  | { readonly type: 'seek'; readonly seconds: number }
  | { readonly type: 'teardown' };

/** Writes the body of an INFO: CRLF line ends and a final empty line, without which some devices wait for more (PB-11). */
export function buildMansrtsp(command: MansrtspCommand, cseq: number, version: MansrtspVersion): string {
  const method = command.type === 'pause' ? 'PAUSE' : command.type === 'teardown' ? 'TEARDOWN' : 'PLAY';
  return [`${method} ${version}`, `CSeq: ${cseq}`, ...headersOf(command), '', ''].join('\r\n');
}

/** Scale and Range never together: the 2016 edition forbids it, and devices take the one they read first. */
function headersOf(command: MansrtspCommand): string[] {
  switch (command.type) {
    case 'resume':
      return ['Range: npt=now-'];
    case 'pause':
      return ['PauseTime: now'];
    case 'speed':
      return [`Scale: ${Number.isInteger(command.scale) ? command.scale.toFixed(1) : String(command.scale)}`];
    case 'seek':
      return [`Range: npt=${Math.max(0, Math.floor(command.seconds))}-`];
    case 'teardown':
      return [];
  }
}

/** What a device said to a command. Everything but the status is what it chose to tell. */
export interface MansrtspAnswer {
  readonly kind: 'answer';
  readonly version: MansrtspVersion;
  readonly status: number;
  readonly reason: string;
  readonly cseq: number | null;
  /** Seconds after the start of the range from which it plays now; null when it does not say, or says `now`. */
  readonly startSeconds: number | null;
  /** The speed it took; null when it does not say. */
  readonly scale: number | null;
  /** First packet after the jump: its RTP sequence number and time stamp (PB-12). */
  readonly sequence: number | null;
  readonly rtpTime: number | null;
}

/** A request as a device or an upper platform writes it. */
export interface MansrtspRequest {
  readonly kind: 'request';
  readonly version: MansrtspVersion;
  /** Upper case. */
  readonly method: string;
  readonly cseq: number | null;
  /** `now` or seconds after the start of the range; null without a Range. */
  readonly start: number | 'now' | null;
  readonly endSeconds: number | null;
  readonly scale: number | null;
}

/** The longest real body has 8 lines. */
const MAX_LINES = 32;
/** A third of a year: no range is longer, and a number beyond it is none. */
const MAX_NPT_SECONDS = 10_000_000;

/** Reads a body of either kind, whatever its case and line ends (PB-11); null: it is none. */
export function parseMansrtsp(text: string): MansrtspAnswer | MansrtspRequest | null {
  const [first = '', ...rest] = text.replace(/^\s+/, '').split(/\r\n|\n|\r/, MAX_LINES);
  const fields = new Map<string, string>();
  for (const line of rest) {
    const found = /^\s*([A-Za-z-]+)\s*[:=]\s*(.*?)\s*$/.exec(line);
    if (found !== null && !fields.has(found[1]!.toLowerCase())) fields.set(found[1]!.toLowerCase(), found[2]!);
  }
  const cseq = integer(fields.get('cseq'));
  const scale = decimal(fields.get('scale'));
  const range = readRange(fields.get('range'));
  const answer = /^(MANSRTSP|RTSP)\/1\.0\s+(\d{3})\b\s*(.{0,100})/i.exec(first);
  if (answer !== null) {
    const info = fields.get('rtp-info') ?? '';
    return {
      kind: 'answer',
      version: versionOf(answer[1]!),
      status: Number(answer[2]),
      reason: answer[3]!.trim(),
      cseq,
      startSeconds: range.start === 'now' ? null : range.start,
      scale,
      sequence: integer(/\bseq\s*=\s*(\d{1,10})/i.exec(info)?.[1], 0xffff),
      rtpTime: integer(/\brtptime\s*=\s*(\d{1,10})/i.exec(info)?.[1], 0xffff_ffff),
    };
  }
  const request = /^([A-Za-z]{3,16})(?:\s+\S{1,200})?\s+(MANSRTSP|RTSP)\/1\.0\s*$/i.exec(first);
  if (request === null) return null;
  return {
    kind: 'request',
    version: versionOf(request[2]!),
    method: request[1]!.toUpperCase(),
    cseq,
    start: range.start,
    endSeconds: range.end,
    scale,
  };
}

function versionOf(name: string): MansrtspVersion {
  return name.toUpperCase() === 'RTSP' ? 'RTSP/1.0' : 'MANSRTSP/1.0';
}

/** `npt=100-`, `npt=now-`, `npt=600-120`, `npt=100.5-`; blanks anywhere. */
function readRange(text: string | undefined): { start: number | 'now' | null; end: number | null } {
  const found = /^npt\s*[=:]\s*(now|\d{1,10}(?:\.\d{1,9})?)\s*-\s*(\d{1,10}(?:\.\d{1,9})?)?/i.exec(text ?? '');
  if (found === null) return { start: null, end: null };
  return { start: found[1]!.toLowerCase() === 'now' ? 'now' : seconds(found[1]), end: seconds(found[2]) };
}

function seconds(text: string | undefined): number | null {
  const value = decimal(text);
  return value === null || value < 0 || value > MAX_NPT_SECONDS ? null : value;
}

function decimal(text: string | undefined): number | null {
  return text !== undefined && /^[+-]?\d{1,10}(?:\.\d{1,9})?$/.test(text.trim()) ? Number(text) : null;
}

function integer(text: string | undefined, largest = 0x7fff_ffff): number | null {
  if (text === undefined || !/^\d{1,10}$/.test(text.trim())) return null;
  const value = Number(text);
  return value > largest ? null : value;
}
