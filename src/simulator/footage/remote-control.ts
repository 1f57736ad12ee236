import type { Behaviour } from '../behaviour.ts';
import type { FootageSender } from './footage-sender.ts';

/** MANSRTSP as a device takes it (GB/T 28181-2022 annex B): own code, the project's is on the other side. */

interface Command {
  readonly method: string;
  readonly protocol: string;
  readonly cseq: string;
  readonly scale: number | null;
  /** Seconds behind the start of the range; null: from here, or not said. */
  readonly from: number | null;
  readonly to: number | null;
}

/** What becomes of an INFO: the status of its answer and the body; null: no answer at all. */
export type ControlAnswer = { readonly status: number; readonly reason: string; readonly body: string | null } | null;

const OK = { status: 200, reason: 'OK', body: null } as const;
const BAD = { status: 400, reason: 'Bad Request', body: null } as const;

/** Does what the body of an INFO asks for, as far as this device does such things. */
export function obey(
  body: Uint8Array,
  sender: FootageSender | null,
  startEpochMs: number,
  behaviour: Behaviour,
): ControlAnswer {
  const command = read(Buffer.from(body).toString('latin1'));
  if (command === null || sender === null) return BAD;
  if (behaviour.startLine !== 'any' && behaviour.startLine !== command.protocol)
    return behaviour.otherStartLine === 'unanswered' ? null : BAD;
  const done = act(command, sender, startEpochMs, behaviour);
  if (!done) return BAD;
  if (!behaviour.infoBody) return OK;
  const { sequence, timestamp90k } = sender.next;
  const seconds = (sender.positionEpochMs - startEpochMs) / 1000;
  const range = `Range: npt=${Number.isInteger(seconds) ? seconds : seconds.toFixed(3)}-`;
  const info = `RTP-Info: seq=${sequence};rtptime=${((timestamp90k % 2 ** 32) + 2 ** 32) % 2 ** 32}`;
  return { ...OK, body: `${command.protocol}/1.0 200 OK\r\nCSeq: ${command.cseq}\r\n${range}\r\n${info}\r\n\r\n` };
}

function act(command: Command, sender: FootageSender, startEpochMs: number, behaviour: Behaviour): boolean {
  if (command.method === 'PAUSE') {
    sender.pause();
    return true;
  }
  if (command.method === 'TEARDOWN') {
    sender.stop();
    return true;
  }
  if (command.method !== 'PLAY') return false;
  const isTrick = command.scale !== null || command.from !== null;
  if (isTrick && behaviour.trickPlay === 'refused') return false;
  if (sender.isPaused && !behaviour.resumes) return false;
  if (isTrick && behaviour.trickPlay === 'done') {
    const { scale } = command;
    if (scale !== null && scale !== 0 && scale >= behaviour.minScale && scale <= behaviour.maxScale)
      sender.setScale(scale);
    const to = command.to === null || sender.scale < 0 ? null : startEpochMs + command.to * 1000;
    if (command.from !== null) sender.seek(startEpochMs + command.from * 1000, to);
  }
  sender.resume();
  return true;
}

/** Null when it is no MANSRTSP. Case does not matter, nor which line ends are used. */
function read(text: string): Command | null {
  const first = /^\s*([A-Z]+)(?:\s+\S+)?\s+(MANSRTSP|RTSP)\/1\.0\s*$/im.exec(text.split(/\r?\n/)[0] ?? '');
  if (first === null) return null;
  const value = (name: string) => new RegExp(`^${name}\\s*:\\s*(.*?)\\s*$`, 'im').exec(text)?.[1];
  const range = /^npt\s*=\s*([\d.]+)\s*-\s*([\d.]*)/i.exec(value('Range') ?? '');
  const scale = value('Scale');
  return {
    method: (first[1] ?? '').toUpperCase(),
    protocol: (first[2] ?? '').toUpperCase(),
    cseq: value('CSeq') ?? '0',
    scale: scale === undefined || !Number.isFinite(Number(scale)) ? null : Number(scale),
    from: range === null ? null : Number(range[1]),
    to: range === null || range[2] === '' ? null : Number(range[2]),
  };
}
