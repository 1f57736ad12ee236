import { type Envelope, isCommand } from '../manscdp/envelope.ts';
import type { Question } from '../manscdp/question.ts';
import type { Noted } from './device-findings.ts';

/** Questions in flight: a Query or Control went out, its Response comes as a MESSAGE of the device's own (GB/T 28181 9.3, 9.5). */

/** Time for an answer unless the question says another: 5 to 10 s in practice. */
export const ANSWER_MS = 10_000;
/** Questions in flight in all; one device has at most a handful. */
export const MAX_QUESTIONS = 50_000;
/** Messages of one answer: a configuration comes section by section, presets one by one. */
export const MAX_PARTS = 300;
/** SNs of each device that are remembered after their question is over: a late answer must not be taken for that of the next. */
export const REMEMBERED_SNS = 16;

/** Why a question has no answer. */
export interface QueryFault {
  fault: 'not-found' | 'offline' | 'timeout' | 'rejected' | 'unreachable' | 'busy' | 'closed';
  detail: string;
  /** Status of the device's SIP answer when it was `rejected`. */
  status?: number;
  /** It took the message (SIP 2xx) and then said nothing, when that is a `timeout`. */
  taken?: boolean;
}

interface Row {
  readonly deviceId: string;
  readonly sn: number;
  readonly question: Question<unknown>;
  readonly parts: unknown[];
  /** The device took the message: SIP 200. */
  taken: boolean;
  deadlineMs: number;
  settle(answer: unknown): void;
}

interface Line {
  readonly open: Row[];
  readonly over: number[];
}

export class Questions {
  readonly #lines = new Map<string, Line>();
  #size = 0;

  /** Notes a question; false when there are too many. `settle` is called exactly once. */
  ask<A>(
    deviceId: string,
    question: Question<A>,
    sn: number,
    settle: (answer: A | QueryFault) => void,
    nowMs: number,
  ): boolean {
    if (this.#size >= MAX_QUESTIONS) return false;
    const line = this.#lines.get(deviceId) ?? { open: [], over: [] };
    this.#lines.set(deviceId, line);
    // the question of the row decides what is read, so the narrower callback only ever sees its own type
    const row = { question: question as Question<unknown>, settle: settle as Row['settle'] };
    const deadlineMs = nowMs + (question.waitMs ?? ANSWER_MS);
    line.open.push({ ...row, deviceId, sn, parts: [], taken: false, deadlineMs });
    this.#size += 1;
    return true;
  }

  /**
   * Takes a Response from a device: by SN first, whatever its CmdType says when the fields fit (XML-8: sample documents copy
   * `Catalog` into other answers), then by command and channel (XML-13). Null when no question fits, else what was tolerated.
   */
  answer(deviceId: string, envelope: Envelope, nowMs: number): readonly Noted[] | null {
    const line = this.#lines.get(deviceId);
    if (line === undefined) return null;
    const row = rowOf(line, envelope);
    if (row === undefined) return null;
    const { question, parts } = row;
    const noted: Noted[] = [];
    if (!isCommand(envelope, question.command))
      noted.push(['XML-8', `its answer to ${question.command} has CmdType ${envelope.cmdType.slice(0, 40)}`]);
    if (envelope.sn !== row.sn)
      noted.push(['XML-13', `its answer to ${question.command} has SN ${envelope.sn ?? 'none'}, asked was ${row.sn}`]);
    parts.push(question.read(envelope));
    row.deadlineMs = nowMs + (question.waitMs ?? ANSWER_MS);
    if (question.gather?.(parts) !== false || parts.length >= MAX_PARTS) this.#close(row, merged(row));
    return noted;
  }

  /** The device took the message: that is the whole answer to a command that has none. */
  taken(deviceId: string, sn: number): void {
    const row = this.#find(deviceId, sn);
    if (row === undefined) return;
    row.taken = true;
    if (row.question.answer === 'none') this.#close(row, null);
  }

  /** The message itself failed. */
  fail(deviceId: string, sn: number, fault: QueryFault): void {
    const row = this.#find(deviceId, sn);
    // an answer that has begun although the message was never acknowledged is an answer
    if (row !== undefined && row.parts.length === 0) this.#close(row, fault);
  }

  /** The device is gone. */
  failAll(deviceId: string | null, fault: QueryFault): void {
    for (const [id, line] of this.#lines) {
      if (deviceId !== null && id !== deviceId) continue;
      for (const row of [...line.open]) this.#close(row, fault);
      this.#lines.delete(id);
    }
  }

  /** Ends what waited too long. */
  poll(nowMs: number): void {
    for (const line of this.#lines.values())
      for (const row of line.open.filter((each) => nowMs >= each.deadlineMs)) this.#close(row, atDeadline(row));
  }

  get size(): number {
    return this.#size;
  }

  #find(deviceId: string, sn: number): Row | undefined {
    return this.#lines.get(deviceId)?.open.find((row) => row.sn === sn);
  }

  #close(row: Row, answer: unknown): void {
    const line = this.#lines.get(row.deviceId);
    const at = line?.open.indexOf(row) ?? -1;
    if (line === undefined || at < 0) return;
    line.open.splice(at, 1);
    line.over.push(row.sn);
    if (line.over.length > REMEMBERED_SNS) line.over.shift();
    this.#size -= 1;
    row.settle(answer);
  }
}

/** The question that a Response is about. */
function rowOf({ open, over }: Line, envelope: Envelope): Row | undefined {
  const exact = open.find(
    (row) => row.sn === envelope.sn && (isCommand(envelope, row.question.command) || row.question.fits?.(envelope)),
  );
  if (exact !== undefined) return exact;
  // what answers a question that is over answers no other one
  if (envelope.sn !== null && over.includes(envelope.sn)) return undefined;
  const alike = open.filter((row) => isCommand(envelope, row.question.command) && row.question.answer !== 'none');
  return alike.find((row) => row.question.targetId === envelope.deviceId) ?? alike[0];
}

function merged({ question, parts }: Row): unknown {
  return question.merge?.(parts) ?? parts[parts.length - 1];
}

function atDeadline(row: Row): unknown {
  const { question, parts, taken } = row;
  if (parts.length > 0) return merged(row);
  if (taken && question.answer === 'optional') return null;
  const seconds = (question.waitMs ?? ANSWER_MS) / 1000;
  const fault: QueryFault = { fault: 'timeout', detail: `no ${question.command} answer within ${seconds} s`, taken };
  return fault;
}
